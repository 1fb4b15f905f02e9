"""The contract of the fourth seed, BrAPI's vendor calls: a row for every parameter, every field of a body
and every field of an answer, under /brapi/v1 and /brapi/v2.

Where BrAPI's document of 1.3 is on the machine, it judges every answer and every body that is sent.
"""

import collections
import copy
import hashlib
import json
import unittest

import support
from contract import BAD_OBJECTS, PAGING, ContractTest, count_rows, lines_of_seed, rows_of, with_seeds
from support import Server, run

SEED = "brapi-1-vendor.md"
DOCUMENT = "brapi-vendor-v1.3.json"
# Where the seed, which is younger than the document, says otherwise.
TEXT, OBJECT, OBJECTS = {"type": "string"}, {"type": "object"}, {"type": "array", "items": {"type": "object"}}
AMENDED = {
    "vendorOntologyReference": {
        "documentationLinks": OBJECTS, "ontologyDbId": TEXT, "ontologyName": TEXT, "version": TEXT,
    },
    "vendorOrder": {"requiredServiceInfo": OBJECT, "serviceIds": {"type": "array", "items": TEXT}},
    "vendorOrderRequest": {"requiredServiceInfo": OBJECT},
    "vendorSample": {"column": {"type": "integer"}},
    "vendorSpecification": {"additionalInfo": OBJECT},
    "vendorSpecificationService": {"specificRequirements": OBJECTS},
}

SPECIFICATIONS = "GET /vendor/specifications"
SUBMIT = "POST /vendor/plates"
PLATES = "GET /vendor/plates/{submissionId}"
ORDER = "POST /vendor/orders"
ORDERS = "GET /vendor/orders"
ORDER_PLATES = "GET /vendor/orders/{orderId}/plates"
RESULTS = "GET /vendor/orders/{orderId}/results"
STATUS = "GET /vendor/orders/{orderId}/status"

# Of two laboratories, the keys of their configurations and what these say, by the field that tells it.
CONTACT = {
    "vendorAddress": ("address", "Bean Road 1", "Rye Road 2"),
    "vendorCity": ("city", "Ulm", "Graz"),
    "vendorContactName": ("contact-name", "Ada", "Bob"),
    "vendorCountry": ("country", "DE", "AT"),
    "vendorDescription": ("description", "Genotypes beans", "Genotypes rye"),
    "vendorEmail": ("email", "ada@bean.example", "bob@rye.example"),
    "vendorName": ("name", "Bean Lab", "Rye Lab"),
    "vendorPhone": ("phone", "+49 1", "+43 2"),
    "vendorURL": ("url", "https://bean.example", "https://rye.example"),
}
SERVICE = {
    "serviceDescription": ("description", "6,000 markers", "Reads at restriction sites"),
    "serviceId": ("id", "chip", "gbs"),
    "serviceName": ("name", "Bean chip", "Genotyping by sequencing"),
    "servicePlatformMarkerType": ("marker-type", "FIXED", "DISCOVERABLE"),
    "servicePlatformName": ("platform", "array", "sequencer"),
}
NEEDS = (("genus", "Which genus the samples are of"), ("enzyme", "Which enzyme is to cut them"))
OPENING = ({"opens": "9:00"}, {"closes": "17:00"})

# Two orders in which everything is said, and said differently.
FIRST = {
    "clientId": "ada",
    "numberOfSamples": 1,
    "plates": [{
        "clientPlateBarcode": "4001",
        "clientPlateId": "p1",
        "sampleSubmissionFormat": "PLATE_96",
        "samples": [{
            "clientSampleBarCode": "5001",
            "clientSampleId": "s1",
            "column": 6,
            "comments": "From the dry field",
            "concentration": {"units": "ng/ul", "value": 2.3},
            "organismName": "Phaseolus vulgaris",
            "row": "B",
            "speciesName": "vulgaris",
            "taxonomyOntologyReference": {
                "documentationLinks": [{"URL": "https://taxa.example/3885", "type": "WEBPAGE"}],
                "ontologyDbId": "taxa", "ontologyName": "Taxonomy", "version": "1.0",
            },
            "tissueType": "Root",
            "tissueTypeOntologyReference": {
                "documentationLinks": [{"URL": "https://parts.example/root.owl", "type": "RDF"}],
                "ontologyDbId": "parts", "ontologyName": "Parts of plants", "version": "7.2.3",
            },
            "volume": {"units": "ul", "value": 5},
            "well": "B6",
        }],
    }],
    "requiredServiceInfo": {"genus": "Phaseolus", "extractDNA": True},
    "sampleType": "Tissue",
    "serviceIds": ["chip"],
}
SECOND = {
    "clientId": "bob",
    "numberOfSamples": 2,
    "plates": [{
        "clientPlateBarcode": "4002",
        "clientPlateId": "p2",
        "sampleSubmissionFormat": "TUBES",
        "samples": [
            {
                "clientSampleBarCode": f"500{number}",
                "clientSampleId": f"s{number}",
                "column": number,
                "comments": "Thaw it slowly",
                "concentration": {"units": "ug/ml", "value": 40},
                "organismName": "Secale cereale",
                "row": "C",
                "speciesName": "cereale",
                "taxonomyOntologyReference": {
                    "documentationLinks": [{"URL": "https://taxa.example/4550", "type": ["OBO", "RDF"]}],
                    "ontologyDbId": "names", "ontologyName": "Names", "version": "2020",
                },
                "tissueType": "Leaf",
                "tissueTypeOntologyReference": {
                    "documentationLinks": [{"URL": "https://parts.example/leaf.owl", "type": "OBO"}],
                    "ontologyDbId": "tissues", "ontologyName": "Tissues", "version": "8",
                },
                "volume": {"units": "ml", "value": 0.5},
                "well": f"C{number}",
            }
            for number in (2, 3)
        ],
    }],
    "requiredServiceInfo": {"genus": "Secale", "enzyme": "PstI", "reads": 3},
    "sampleType": "DNA",
    "serviceIds": ["chip", "gbs"],
}

# The fields that clients send, with what they cannot be.
NO_TEXTS = (5, 1.5, True, ["x"], {"a": "b"})
NO_NUMBERS = ("x", True, [1], {"a": 1})
NO_OBJECTS = ("x", 5, True, ["x"])
NO_LISTS = ("x", 5, True, {"a": "b"}, ["x"], [5], [None], [["x"]])
ANYTHING = ()  # kept as it is


def ontology_reference(name):
    members = ("documentationLinks", "documentationLinks.URL", "documentationLinks.type", "ontologyDbId",
               "ontologyName", "version")
    return {name: NO_OBJECTS} | {f"{name}.{member}": ANYTHING for member in members}


def measurement(name):
    return {name: NO_OBJECTS, f"{name}.units": NO_TEXTS, f"{name}.value": ("2.3", *NO_NUMBERS)}


SAMPLE = {
    "clientSampleBarCode": NO_TEXTS,
    "clientSampleId": NO_TEXTS,
    "column": ("1.5", 1.5, *NO_NUMBERS),
    "comments": NO_TEXTS,
    **measurement("concentration"),
    "organismName": NO_TEXTS,
    "row": NO_TEXTS,
    "speciesName": NO_TEXTS,
    **ontology_reference("taxonomyOntologyReference"),
    "tissueType": NO_TEXTS,
    **ontology_reference("tissueTypeOntologyReference"),
    **measurement("volume"),
    "well": NO_TEXTS,
}
PLATE = {
    "clientPlateBarcode": NO_TEXTS,
    "clientPlateId": NO_TEXTS,
    "sampleSubmissionFormat": NO_TEXTS,
    "samples": NO_LISTS,
    **{f"samples.{name}": wrong for name, wrong in SAMPLE.items()},
}
PLATES_BODY = {
    "clientId": NO_TEXTS,
    "numberOfSamples": ("1.5", 1.5, -1, 0, 2, *NO_NUMBERS),
    "plates": NO_LISTS,
    **{f"plates.{name}": wrong for name, wrong in PLATE.items()},
    "sampleType": NO_TEXTS,
}
OF_SERVICES = {"requiredServiceInfo": NO_OBJECTS, "serviceIds": (5, True, {"a": "b"}, [5], [["x"]])}
BODIES = {SUBMIT: PLATES_BODY, ORDER: PLATES_BODY | OF_SERVICES}
# What must change as well, that an order with the other value makes sense; without a well it is worked out.
ALONG = {
    "numberOfSamples": {"plates": SECOND["plates"]},
    "plates": {"numberOfSamples": 2},
    "plates.samples": {"numberOfSamples": 2},
    "plates.samples.column": {"plates.samples.well": None},
    "plates.samples.row": {"plates.samples.well": None},
    "plates.samples.well": {"plates.samples.row": None, "plates.samples.column": None},
    "serviceIds": {"requiredServiceInfo": SECOND["requiredServiceInfo"]},
}
NEEDED = (
    "clientId", "numberOfSamples", "plates", "plates.clientPlateId", "plates.sampleSubmissionFormat",
    "plates.samples", "plates.samples.clientSampleId",
)

# The fields of answers.
SPECIFICATION_FIELDS = (
    "additionalInfo", "services", *(f"services.{name}" for name in SERVICE), "services.specificRequirements",
    "services.specificRequirements.description", "services.specificRequirements.key", "vendorContact",
    *(f"vendorContact.{name}" for name in CONTACT),
)
PLACED_FIELDS = (
    "orderId", "shipmentForms", "shipmentForms.fileDescription", "shipmentForms.fileName",
    "shipmentForms.fileURL",
)
ORDER_FIELDS = (
    "data", "data.clientId", "data.numberOfSamples", "data.orderId", "data.requiredServiceInfo",
    "data.serviceIds",
)
RESULT_FIELDS = (
    "data", "data.additionalInfo", "data.clientSampleIds", "data.fileName", "data.fileType", "data.fileURL",
    "data.md5sum",
)
ENDPOINTS = {
    SPECIFICATIONS: (set(), (), SPECIFICATION_FIELDS),
    SUBMIT: (set(), PLATES_BODY, ("submissionId",)),
    PLATES: ({"submissionId"}, (), [name for name in PLATES_BODY if name != "sampleType"]),
    ORDER: (set(), BODIES[ORDER], PLACED_FIELDS),
    ORDERS: ({"orderId", "submissionId"} | PAGING.keys(), (), ORDER_FIELDS),
    ORDER_PLATES: ({"orderId"} | PAGING.keys(), (), ["data", *(f"data.{name}" for name in PLATE)]),
    RESULTS: ({"orderId"} | PAGING.keys(), (), RESULT_FIELDS),
    STATUS: ({"orderId"}, (), ("status",)),
}
ROWS = rows_of(ENDPOINTS)


def configuration(*labs):
    """That of the first; it has the services of all of them."""
    def line(key, value):
        return f"{key} = {json.dumps(value)}"

    lines = ["[vendor]", *(line(key, says[labs[0]]) for key, *says in CONTACT.values())]
    lines += ["[vendor.additional-info]", *(line(*info) for info in OPENING[labs[0]].items())]
    for lab in labs:
        lines += ["[[vendor.services]]", *(line(key, says[lab]) for key, *says in SERVICE.values())]
        lines += ["[vendor.services.requirements]", line(*NEEDS[lab])]
    return "\n".join(lines)


def specification(*labs):
    """What the server has to say of it."""
    services = [
        {field: says[lab] for field, (_, *says) in SERVICE.items()}
        | {"specificRequirements": [dict(zip(("key", "description"), NEEDS[lab]))]}
        for lab in labs
    ]
    contact = {field: says[labs[0]] for field, (_, *says) in CONTACT.items()}
    return {"additionalInfo": OPENING[labs[0]], "services": services, "vendorContact": contact}


def holder_of(body, path):
    """What has the member, and its name there; of lists it is the first item."""
    *outer, name = path.split(".")
    for part in outer:
        body = body[part]
        body = body[0] if isinstance(body, list) else body
    return body, name


def value_of(body, path):
    holder, name = holder_of(body, path)
    return holder.get(name)


def changed(changes):
    """The first order with other values, {path: value}."""
    body = copy.deepcopy(FIRST)
    for path, value in changes.items():
        holder, name = holder_of(body, path)
        holder[name] = value
    return body


def without(path):
    body = copy.deepcopy(FIRST)
    holder, name = holder_of(body, path)
    del holder[name]
    return body


def fit_for(endpoint, body):
    """Who only submits plates asks for no services."""
    return {name: value for name, value in body.items() if endpoint == ORDER or name not in OF_SERVICES}


def worked_out(body):
    """With all three names of a place of which one or two were sent."""
    body = copy.deepcopy(body)
    for sample in (sample for plate in body["plates"] for sample in plate["samples"]):
        if sample["well"] is None:
            sample["well"] = f"{sample['row']}{sample['column']}"
        sample.update(row=sample["well"][0], column=int(sample["well"][1:]))
    return body


def place_in_errors(path):
    """A pattern. What a measurement is made of is refused as a whole."""
    for name in ("concentration", "volume"):
        if f"{name}." in path:
            return rf"^plate 'p1', sample 1 's1' .* {name}$"
    *outer, name = path.split(".")
    return "^" + "".join(rf"{part}\[0\]\." for part in outer) + rf"{name}\b"


def with_plates(count):
    """An order of so many."""
    plates = [
        changed({"plates.clientPlateId": f"p{n}", "plates.samples.clientSampleId": f"s{n}"})["plates"][0]
        for n in range(count)
    ]
    return changed({"plates": plates, "numberOfSamples": count})


class contract_vendor_of_v1(ContractTest):
    BASE, OTHER_BASE = "/brapi/v1", "/brapi/v2"
    DOCUMENTS = (DOCUMENT,)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for document in cls.documents.values():
            document.amend(AMENDED)

    def setUp(self):
        super().setUp()
        self.server = self.laboratory(0, 1)

    def laboratory(self, *labs, options=(), **how):
        config = self.folder.parent / "config.toml"
        config.write_text(configuration(*labs))
        server = Server(self.folder, "--config", str(config), *options, **how)
        self.addCleanup(server.stop)
        return server

    # Asking

    def result(self, endpoint, path=None, **how):
        """Of a request in which nothing is unknown."""
        answer = self.ask(endpoint, path=path, **how)
        self.assertEqual(self.warnings(answer), [])
        return answer["result"]

    def send_body(self, endpoint, body=FIRST):
        body = fit_for(endpoint, body)
        self.judge_body(endpoint, body)
        return self.result(endpoint, body=body)

    def place(self, *bodies):
        """The ids of new orders."""
        return [self.send_body(ORDER, body)["orderId"] for body in bodies]

    def submission_of(self, order):
        [found] = self.result(ORDERS, orderId=order)["data"]
        return found["submissionId"]

    def kept(self, endpoint, body):
        """All that the server has to say of what was sent."""
        made = self.send_body(endpoint, body)
        if endpoint == SUBMIT:
            return self.result(PLATES, made["submissionId"])
        [order] = self.result(ORDERS, orderId=made["orderId"])["data"]
        submitted = self.result(PLATES, order.pop("submissionId"))
        self.assertEqual(self.result(ORDER_PLATES, made["orderId"])["data"], submitted["plates"])
        self.assertEqual(order.pop("orderId"), made["orderId"])
        self.assertEqual(submitted | order, order | submitted)  # agree on what both have
        return submitted | order

    def orders(self):
        return self.ids(self.ask(ORDERS), "vendor/orders")

    def move(self, order, status):
        run(support.PROGRAM, "order", "status", order, status, "--state", self.server.state)

    def deliver(self, order, name, content, *options):
        path = self.folder.parent / name
        path.write_bytes(content)
        run(support.PROGRAM, "order", "result", order, path, *options, "--state", self.server.state)

    def download(self, url, order, *path):
        """What a link of an answer leads to, after a look at where it stands."""
        start = f"http://{self.server.host}:{self.server.port}"
        self.assertEqual(url, "/".join((f"{start}{self.BASE}/vendor/orders", order, *path)))
        status, headers, content = self.server.request(url.removeprefix(start))
        self.assertEqual(status, 200)
        return headers, content

    # Parameters

    def test_filters_of_orders(self):
        first, second = orders = self.place(FIRST, SECOND)
        self.check_filters("vendor/orders", {
            "orderId": (second, [second]), "submissionId": (self.submission_of(first), [first]),
        }, orders)
        both = self.ask(ORDERS, orderId=second, submissionId=self.submission_of(first))
        self.assertEqual(self.ids(both, "vendor/orders"), [])

    def test_pages(self):
        numbers = range(5)
        *_, order = orders = self.place(*[with_plates(n + 1) for n in numbers])
        self.check_pages_of(ORDERS, "orderId", orders)
        self.check_pages_of(ORDER_PLATES, "clientPlateId", [f"p{n}" for n in numbers], order)
        for n in numbers:
            self.deliver(order, f"{n}.csv", b"")
        self.check_pages_of(RESULTS, "fileName", [f"{n}.csv" for n in numbers], order)

    def test_ids_in_paths(self):
        orders = self.place(FIRST, SECOND)
        submissions = [self.submission_of(order) for order in orders]
        self.move(orders[0], "received")
        self.deliver(orders[0], "a.csv", b"")
        for endpoint, paths, others, expected in (
            (ORDER_PLATES, orders, submissions, [{"data": FIRST["plates"]}, {"data": SECOND["plates"]}]),
            (PLATES, submissions, orders, [fit_for(SUBMIT, FIRST), fit_for(SUBMIT, SECOND)]),
            (STATUS, orders, submissions, [{"status": "received"}, {"status": "registered"}]),
        ):
            with self.subTest(endpoint, parameter="the id"):
                self.assertEqual([self.result(endpoint, path) for path in paths], expected)
                for path in (*others, "nobody", paths[0][:-1], paths[0].upper(), "%", "'"):
                    self.ask(endpoint, 404, path=path)
        with self.subTest(RESULTS, parameter="orderId"):
            self.assertEqual([len(self.result(RESULTS, order)["data"]) for order in orders], [1, 0])
            self.ask(RESULTS, 404, path="nobody")

    def path_of(self, endpoint, order):
        if "{" not in endpoint:
            return None
        return self.submission_of(order) if endpoint == PLATES else order

    def test_bad_parameters(self):
        [order] = self.place(FIRST)
        for endpoint, (parameters, _, _) in ENDPOINTS.items():
            self.check_bad_parameters(endpoint, parameters, self.path_of(endpoint, order))
        for name in ("orderId", "submissionId"):
            with self.subTest(ORDERS, twice=name):
                target = f"{self.BASE}/vendor/orders?{name}=a&{name}=b"
                status, answer = self.send("GET", target, None, None)
                self.assertEqual(status, 400)
                self.judge("/vendor/orders", "get", status, answer)

    def test_authorization_is_taken_everywhere(self):
        [order] = self.place(FIRST)
        for endpoint in ENDPOINTS:
            if endpoint in BODIES:  # each makes another
                self.check_authorization(endpoint, body=fit_for(endpoint, FIRST), facts=sorted)
            else:
                self.check_authorization(endpoint, path=self.path_of(endpoint, order))

    def test_refusals_of_a_server_that_asks_who(self):
        """Who may see one data set only may not see orders, which belong to none."""
        state = self.folder.parent / "state"
        headers = {}
        for name, *options in (("reader",), ("writer", "--scope", "write"), ("guest", "--dataset", "barley")):
            token = run(support.PROGRAM, "token", "add", name, *options, "--state", state)
            headers[name] = {"Authorization": f"Bearer {token.decode().strip()}"}
        # /ready wants a token too, so nobody waits for the index here.
        self.server = self.laboratory(0, 1, options=("--auth", "all"), state=state, wait=False)
        placed = self.ask(ORDER, body=FIRST, headers=headers["writer"])["result"]
        listed = self.ask(ORDERS, headers=headers["reader"])["result"]["data"]
        self.assertEqual([order["orderId"] for order in listed], [placed["orderId"]])
        for endpoint in ENDPOINTS:
            path = listed[0]["submissionId"] if endpoint == PLATES else placed["orderId"]
            how = {"path": path, "body": fit_for(endpoint, FIRST) if endpoint in BODIES else None}
            with self.subTest(endpoint):
                self.ask(endpoint, 401, **how)
                self.ask(endpoint, 401, headers={"Authorization": "Bearer XXXX"}, **how)
                self.ask(endpoint, 403, headers=headers["guest"], **how)
                self.ask(endpoint, 403 if endpoint in BODIES else 200, headers=headers["reader"], **how)
        self.assertEqual(len(self.ask(ORDERS, headers=headers["reader"])["result"]["data"]), 1)

    # Bodies

    def test_fields_of_bodies(self):
        for endpoint, fields in BODIES.items():
            for path in fields:
                with self.subTest(endpoint, body=path):
                    other = value_of(SECOND, path)
                    self.assertNotEqual(other, value_of(FIRST, path))
                    body = changed({path: other} | ALONG.get(path, {}))
                    expected = fit_for(endpoint, worked_out(body))
                    self.assertEqual(self.kept(endpoint, body), expected)

    def test_fields_of_the_wrong_type(self):
        before = self.place(FIRST)
        for endpoint, fields in BODIES.items():
            for path, wrong in fields.items():
                for value in wrong:
                    with self.subTest(endpoint, body=path, value=value):
                        body = fit_for(endpoint, changed({path: value}))
                        said = self.ask(endpoint, 400, body=body).split(" - ", 2)[2]
                        self.assertRegex(said, place_in_errors(path))
        self.assertEqual(self.orders(), before)

    def test_fields_that_are_needed(self):
        for endpoint in BODIES:
            for path in (*NEEDED, *(("serviceIds",) if endpoint == ORDER else ())):
                with self.subTest(endpoint, missing=path):
                    for body in (changed({path: None}), without(path)):
                        self.ask(endpoint, 400, body=fit_for(endpoint, body))
        self.assertEqual(self.orders(), [])

    def test_fields_that_may_be_left_out(self):
        for endpoint in BODIES:
            for path in PLATES_BODY.keys() - {*NEEDED}:
                with self.subTest(endpoint, missing=path):
                    expected = fit_for(endpoint, worked_out(changed({path: None})))
                    self.assertEqual(self.kept(endpoint, changed({path: None})), expected)
                    kept = self.kept(endpoint, without(path))
                    self.assertEqual(value_of(kept, path), value_of(expected, path))

    def test_services_say_what_they_need(self):
        for services, info, needed in ((["chip"], {"enzyme": "PstI"}, "genus"), (["gbs"], {}, "enzyme")):
            body = changed({"serviceIds": services, "requiredServiceInfo": info})
            said = self.ask(ORDER, 400, body=body)
            self.assertRegex(said, rf"'{services[0]}' .*requiredServiceInfo\.{needed}$")
        self.assertIn("'nobody'", self.ask(ORDER, 400, body=changed({"serviceIds": ["chip", "nobody"]})))
        self.assertEqual(self.orders(), [])

    def test_bad_bodies(self):
        for endpoint in BODIES:
            self.check_bad_texts(endpoint, (*BAD_OBJECTS, "{}", "{}{}", '{"plates":[{"a":1,"a":2}]}'))
        self.assertEqual(self.orders(), [])

    # Answers

    def check_fields(self, endpoint, results, expected):
        """`expected` are two results, in which nothing is null or the same."""
        self.check_objects(endpoint, results, {
            path: tuple(self.value_at(one, path) for one in expected) for path in ENDPOINTS[endpoint][2]
        })

    def test_fields_of_specifications(self):
        results = []
        for labs in ((0, 1), (1,)):
            self.server = self.laboratory(*labs)
            results.append(self.result(SPECIFICATIONS))
        self.check_fields(SPECIFICATIONS, results, [specification(0, 1), specification(1)])

    def test_fields_of_submitted_plates(self):
        made = [self.send_body(SUBMIT, body)["submissionId"] for body in (FIRST, SECOND)]
        self.check_fields(PLATES, [self.result(PLATES, one) for one in made], [FIRST, SECOND])
        with self.subTest(SUBMIT, field="submissionId"):
            self.assertEqual(len({*made, self.send_body(SUBMIT)["submissionId"]}), 3)

    def test_fields_of_orders(self):
        orders = self.place(FIRST, SECOND)
        expected = [
            {name: body[name] for name in ("clientId", "numberOfSamples", *OF_SERVICES)}
            | {"orderId": order, "submissionId": self.submission_of(order)}
            for order, body in zip(orders, (FIRST, SECOND))
        ]
        alone = [self.result(ORDERS, orderId=order) for order in orders]
        self.check_fields(ORDERS, alone, [{"data": [one]} for one in expected])
        self.assertEqual(self.result(ORDERS)["data"], expected)
        self.check_fields(
            ORDER_PLATES, [self.result(ORDER_PLATES, order) for order in orders],
            [{"data": body["plates"]} for body in (FIRST, SECOND)],
        )

    def test_fields_of_an_answer_to_an_order(self):
        placed = [self.send_body(ORDER, body) for body in (FIRST, SECOND)]
        with self.subTest(ORDER, field="orderId"):
            self.assertEqual(self.orders(), [one["orderId"] for one in placed])
        for one, body in zip(placed, (FIRST, SECOND)):
            forms = one["shipmentForms"]
            with self.subTest(ORDER, field="shipmentForms"):
                self.assertEqual(len(forms), 2)
            with self.subTest(ORDER, field="shipmentForms.fileName"):
                self.assertEqual([form["fileName"] for form in forms], ["manifest.csv", "manifest.html"])
            with self.subTest(ORDER, field="shipmentForms.fileDescription"):
                self.assertEqual(len({form["fileDescription"] for form in forms} - {""}), 2)
            for form, kind in zip(forms, ("text/csv", "text/html")):
                with self.subTest(ORDER, field="shipmentForms.fileURL", kind=kind):
                    headers, content = self.download(form["fileURL"], one["orderId"], form["fileName"])
                    self.assertEqual(headers.get_content_type(), kind)
                    for sample in body["plates"][0]["samples"]:
                        self.assertIn(sample["clientSampleId"].encode(), content)

    def test_fields_of_results(self):
        orders = self.place(FIRST, SECOND)
        expected = []
        for order, name, content, options, kind, samples in (
            (orders[0], "calls.vcf.gz", b"\x1f\x8b" * 9, (), "application/gzip", ["s1"]),
            (orders[1], "some.csv", b"a,b\n", ("--sample", "s3"), "text/csv", ["s3"]),
        ):
            self.deliver(order, name, content, *options)
            [file] = self.result(RESULTS, order)["data"]
            with self.subTest(RESULTS, field="data.fileURL", name=name):
                headers, received = self.download(file["fileURL"], order, "results", name)
                self.assertEqual((received, headers.get_content_type()), (content, kind))
            expected.append({"data": [{
                "additionalInfo": {"fileSize": str(len(content))}, "clientSampleIds": samples,
                "fileName": name, "fileType": kind, "fileURL": file["fileURL"],
                "md5sum": hashlib.md5(content).hexdigest(),
            }]})
        self.check_fields(RESULTS, [self.result(RESULTS, order) for order in orders], expected)

    def test_every_status_of_orders(self):
        done, refused = self.place(FIRST, SECOND)
        with self.subTest(STATUS, field="status"):
            for order, steps in ((done, ("received", "inProgress", "completed")), (refused, ("rejected",))):
                self.assertEqual(self.result(STATUS, order), {"status": "registered"})
                for status in steps:
                    self.move(order, status)
                    self.assertEqual(self.result(STATUS, order), {"status": status})

    def test_the_frame_of_answers(self):
        [order] = self.place(FIRST)
        self.deliver(order, "a.csv", b"")
        for endpoint in ENDPOINTS:
            body = fit_for(endpoint, FIRST) if endpoint in BODIES else None
            answer = self.ask(endpoint, path=self.path_of(endpoint, order), body=body)
            metadata = answer["metadata"]
            with self.subTest(endpoint):
                self.assertEqual(answer.keys(), {"@context", "metadata", "result"})
                self.assertEqual(answer["@context"], ["https://brapi.org/jsonld/context/metadata.jsonld"])
                self.assertEqual(metadata.keys(), {"datafiles", "pagination", "status"})
                self.assertEqual(metadata["datafiles"], [])
                [status] = metadata["status"]
                self.assertEqual(status["messageType"], "INFO")
                listed = answer["result"].get("data")
                expected = (0, 0, 0, 0) if listed is None else (0, 1000, len(listed), 1)
                names = ("currentPage", "pageSize", "totalCount", "totalPages")
                self.assertEqual(tuple(metadata["pagination"][name] for name in names), expected)

    def test_both_paths_tell_the_same(self):
        """Only the links are those of the path that was asked."""
        [order] = self.place(FIRST)
        self.move(order, "received")
        self.deliver(order, "a.csv", b"a")
        paths = {one: self.path_of(one, order) for one in ENDPOINTS if one not in BODIES}
        here = {one: json.dumps(self.result(one, path)) for one, path in paths.items()}
        asked, self.BASE = self.BASE, self.OTHER_BASE
        for endpoint, path in paths.items():
            with self.subTest(endpoint):
                there = json.dumps(self.result(endpoint, path))
                self.assertEqual(there, here[endpoint].replace(asked, self.BASE))


class contract_vendor_of_v2(contract_vendor_of_v1):
    BASE, OTHER_BASE = "/brapi/v2", "/brapi/v1"


class contract_vendor_as_a_whole(unittest.TestCase):
    @with_seeds
    def test_every_row_of_the_seed_is_here(self):
        """Also those whose names are there twice, as units of volumes and concentrations are."""
        rows = [(endpoint, kind, path.split(".")[-1]) for endpoint, kind, path in ROWS]
        self.assertEqual(collections.Counter(rows), collections.Counter(lines_of_seed(SEED)))

    def test_counts(self):
        """As the README says, under each of the two paths."""
        self.assertEqual(count_rows(ROWS), {"parameter": 20, "body": 76, "field": 110})


if __name__ == "__main__":
    unittest.main()
