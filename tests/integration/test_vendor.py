"""The calls of a genotyping laboratory, from the plates to the files that come back."""

import csv
import hashlib
import io
import json
import signal
import subprocess
import unittest

import support
from support import FolderTest, Server, run, simple_panel

CONFIG = """\
[vendor]
name = "Bean Lab"
description = "Genotypes beans"
contact-name = "Ada"
email = "lab@example.org"
phone = "1"
url = "https://lab.example.org"
address = "Road 1"
city = "Ulm"
country = "DE"
[vendor.additional-info]
opens = "9:00"
[[vendor.services]]
id = "chip"
name = "Bean chip"
description = "6,000 markers"
platform = "array"
marker-type = "SNP"
[vendor.services.requirements]
genus = "Which genus the samples are of"
[[vendor.services]]
id = "gbs"
"""


def sample(number, **more):
    return {"clientSampleId": f"s{number}", "row": "AB"[number // 12], "column": number % 12 + 1} | more


def plate(name="p1", count=3, form="PLATE_96", **more):
    return {"clientPlateId": name, "sampleSubmissionFormat": form,
            "samples": [sample(n) for n in range(count)]} | more


def request(*plates, count=None, **more):
    number = sum(len(p.get("samples", ())) for p in plates)
    return {"clientId": "c1", "numberOfSamples": number if count is None else count, "plates": list(plates),
            "sampleType": "Tissue"} | more


FULL_SAMPLE = {
    "clientSampleBarCode": "bar", "clientSampleId": "full", "column": 6, "comments": "=care, \"please\"",
    "concentration": {"units": "ng/ul", "value": 2.3}, "organismName": "Phaseolus", "row": "B",
    "speciesName": "Phaseolus vulgaris",
    "taxonomyOntologyReference": {
        "documentationLinks": [{"URL": "http://example.org/a.owl", "type": "OBO"}],
        "ontologyDbId": "o1", "ontologyName": "Crops", "version": "7.2.3",
    },
    "tissueType": "<Root>", "tissueTypeOntologyReference": {"ontologyDbId": "o2"},
    "volume": {"units": "ul", "value": 5}, "well": "B6",
}


class vendor(FolderTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder.parent / "state"
        self.config = self.folder.parent / "c.toml"
        self.config.write_text(CONFIG)
        self.start("--config", str(self.config))

    def start(self, *options):
        self.server = Server(self.folder, *options, state=self.state)
        self.addCleanup(self.server.stop)

    def post(self, path, body, wanted=200, version=2):
        status, answer = self.server.post(f"/brapi/v{version}/vendor/{path}", body)
        self.assertEqual(status, wanted, answer)
        return answer if wanted != 200 else answer["result"]

    def get(self, path, version=2, **parameters):
        return self.server.get(f"/brapi/v{version}/vendor/{path}", **parameters)["result"]

    def order(self, *plates, **more):
        return self.post("orders", request(*plates or [plate()], serviceIds=["gbs"], **more))

    def command(self, *arguments):
        return run(support.PROGRAM, "order", *arguments, "--state", self.state).decode()

    def test_specifications_are_those_of_the_configuration(self):
        for version in (1, 2):
            found = self.get("specifications", version)
            self.assertEqual(found["additionalInfo"], {"opens": "9:00"})
            self.assertEqual(found["vendorContact"], {
                "vendorAddress": "Road 1", "vendorCity": "Ulm", "vendorContactName": "Ada",
                "vendorCountry": "DE", "vendorDescription": "Genotypes beans", "vendorEmail": "lab@example.org",
                "vendorName": "Bean Lab", "vendorPhone": "1", "vendorURL": "https://lab.example.org",
            })
            self.assertEqual(found["services"][0], {
                "serviceDescription": "6,000 markers", "serviceId": "chip", "serviceName": "Bean chip",
                "servicePlatformMarkerType": "SNP", "servicePlatformName": "array",
                "specificRequirements": [{"description": "Which genus the samples are of", "key": "genus"}],
            })
            self.assertEqual([s["serviceId"] for s in found["services"]], ["chip", "gbs"])

    def test_without_a_configuration_one_service_is_offered(self):
        with Server(self.folder) as server:
            found = server.get("/brapi/v2/vendor/specifications")["result"]
            self.assertEqual([s["serviceId"] for s in found["services"]], ["genotyping"])
            body = request(plate(), serviceIds=["genotyping"])
            self.assertEqual(server.post("/brapi/v1/vendor/orders", body)[0], 200)

    def test_everything_that_was_sent_comes_back(self):
        full = plate("p1", 0, clientPlateBarcode="code", samples=[FULL_SAMPLE])
        for version in (1, 2):
            made = self.post("plates", request(full), version=version)["submissionId"]
            found = self.get(f"plates/{made}", version)
            self.assertEqual(found, request(full))
            placed = self.post("orders", request(
                full, serviceIds=["chip", "gbs"], requiredServiceInfo={"genus": "Zea", "extractDNA": True, "n": 2.3}
            ), version=version)
            listed = self.get("orders", version, orderId=placed["orderId"])["data"]
            self.assertEqual(listed, [{
                "clientId": "c1", "numberOfSamples": 1, "orderId": placed["orderId"],
                "requiredServiceInfo": {"genus": "Zea", "extractDNA": True, "n": 2.3},
                "serviceIds": ["chip", "gbs"], "submissionId": placed["submissionId"],
            }])
            self.assertEqual(self.get(f"orders/{placed['orderId']}/plates", version)["data"], [full])
            self.assertEqual(self.get(f"plates/{placed['submissionId']}", version), request(full))
            self.assertEqual(self.get(f"orders/{placed['orderId']}/status", version), {"status": "registered"})

    def test_orders_are_listed_filtered_and_paged(self):
        placed = [self.order(plate(f"p{n}")) for n in range(3)]
        ids = [p["orderId"] for p in placed]
        self.assertEqual([o["orderId"] for o in self.get("orders")["data"]], ids)
        self.assertEqual([o["orderId"] for o in self.get("orders", page=1, pageSize=2)["data"]], ids[2:])
        one = self.get("orders", submissionId=placed[1]["submissionId"])["data"]
        self.assertEqual([o["orderId"] for o in one], [ids[1]])
        answer = self.server.get("/brapi/v2/vendor/orders", orderId="nobody")
        self.assertEqual(answer["result"]["data"], [])
        self.assertEqual(answer["metadata"]["status"][-1]["messageType"], "WARNING")

    def test_wells_are_worked_out(self):
        samples = [
            {"clientSampleId": "a", "row": "H", "column": 12}, {"clientSampleId": "b", "well": "A01"},
            {"clientSampleId": "c", "well": "C3", "row": "C"},
        ]
        made = self.post("plates", request(plate(samples=samples)))["submissionId"]
        found = self.get(f"plates/{made}")["plates"][0]["samples"]
        self.assertEqual([(s["row"], s["column"], s["well"]) for s in found],
                         [("H", 12, "H12"), ("A", 1, "A01"), ("C", 3, "C3")])
        tubes = plate(form="TUBES", samples=[{"clientSampleId": "a"}, {"clientSampleId": "b", "well": "any"}])
        self.post("plates", request(tubes))
        self.post("plates", request(plate(form="PLATE_384", samples=[{"clientSampleId": "a", "well": "P24"}])))

    def test_what_a_laboratory_would_not_take_is_refused(self):
        two = [{"clientSampleId": "a", "well": "B6"}, {"clientSampleId": "b", "row": "B", "column": 6}]
        cases = [
            (request(), "no plates"),
            (request(plate(), count=4), "numberOfSamples is 4, but the plates have 3"),
            (request(plate(), clientId=""), "clientId is required"),
            (request(plate(), plate()), "'p1'.*sample 1.*is there twice"),
            (request(plate("p1"), {**plate("p1"), "samples": [{"clientSampleId": "x", "well": "A1"}]}), "'p1' is there twice"),
            (request(plate(samples=[])), "plate 'p1' has no samples"),
            (request(plate(name="")), "plate 1 has no clientPlateId"),
            (request(plate(form="PLATE_97")), "plate 'p1' wants sampleSubmissionFormat"),
            (request(plate(samples=two)), "plate 'p1', sample 2 'b' stands where another does: B6"),
            (request(plate(samples=[{"clientSampleId": "a", "well": "I1"}])), "outside of the plate: I1"),
            (request(plate(samples=[{"clientSampleId": "a", "well": "A13"}])), "outside of the plate: A13"),
            (request(plate(samples=[{"clientSampleId": "a", "row": "AA", "column": 1}])), "outside"),
            (request(plate(samples=[{"clientSampleId": "a", "row": "A", "column": 0}])), "outside"),
            (request(plate(samples=[{"clientSampleId": "a", "well": "A1", "row": "B", "column": 1}])), "not that of its row"),
            (request(plate(samples=[{"clientSampleId": "a", "well": "1A"}])), "a well that is none"),
            (request(plate(samples=[{"clientSampleId": "a"}])), "neither a well nor a row"),
            (request(plate(samples=[{"well": "A1"}])), "plate 'p1', sample 1 has no clientSampleId"),
            (request(plate(samples=[sample(0, concentration={"value": "2.3"})])), "concentration"),
            (request(plate(samples=[sample(0, column="x")])), "column must be a whole number"),
            (request(plate(samples=[sample(0, comments="\0")])), "zero byte"),
            ([], "JSON object"), ("{", "JSON"),
        ]
        for body, why in cases:
            for path in ("plates", "orders"):
                with self.subTest(path, why=why):
                    self.assertRegex(self.post(path, body, 400), why)
        for services, info, why in (
            (None, None, "serviceIds is required"), (["nothing"], None, "no service 'nothing'"),
            (["chip"], None, "needs requiredServiceInfo.genus"), (["chip"], {"genus": None}, "genus"),
            (["gbs"], [], "requiredServiceInfo must be an object"),
        ):
            body = request(plate(), serviceIds=services, requiredServiceInfo=info)
            self.assertRegex(self.post("orders", body, 400), why)
        self.assertEqual(self.get("orders")["data"], [])
        for path in ("plates/x", "orders/x/plates", "orders/x/results", "orders/x/status", "orders/x/manifest.csv",
                     "orders/x/results/a.csv"):
            self.assertEqual(self.server.error(f"/brapi/v2/vendor/{path}")[0], 404, path)

    def test_unknown_fields_are_named(self):
        body = request(plate(samples=[sample(0, colour="red")]), hurry=True)
        status, answer = self.server.post("/brapi/v2/vendor/plates", body)
        text = json.dumps(answer["metadata"]["status"])
        self.assertEqual((status, "samples[0].colour" in text, "hurry" in text), (200, True, True), text)

    def test_manifests_say_what_is_in_which_well(self):
        placed = self.order(plate("p,1", samples=[FULL_SAMPLE]), plate("p2", count=2))
        for form, name in zip(placed["shipmentForms"], ("manifest.csv", "manifest.html")):
            self.assertEqual(form["fileName"], name)
            path = form["fileURL"].removeprefix(f"http://{self.server.host}:{self.server.port}")
            self.assertNotEqual(path, form["fileURL"])
            status, headers, body = self.server.request(path)
            self.assertEqual(status, 200)
            if name == "manifest.csv":
                rows = list(csv.DictReader(io.StringIO(body.decode())))
                self.assertEqual([(r["clientPlateId"], r["well"], r["clientSampleId"]) for r in rows],
                                 [("p,1", "B6", "full"), ("p2", "A1", "s0"), ("p2", "A2", "s1")])
                self.assertEqual(rows[0]["comments"], "'=care, \"please\"")  # no formula
            else:
                self.assertIn(b"&lt;Root&gt;", body)
                self.assertNotIn(b"<Root>", body)
                self.assertIn("default-src 'none'", headers["Content-Security-Policy"])

    def test_orders_move_on_step_by_step(self):
        order = self.order()["orderId"]
        path = f"/brapi/v2/vendor/orders/{order}/status"

        def put(status):
            text = json.dumps({"status": status})
            return self.server.request(path, "PUT", {"Content-Type": "application/json"}, text)[0]

        self.assertEqual([put(s) for s in ("completed", "inProgress", "", "registered")], [400] * 4)
        self.assertEqual(put("received"), 200)
        self.command("status", order, "inProgress")
        self.assertEqual(self.get(f"orders/{order}/status"), {"status": "inProgress"})
        self.assertEqual([put("completed"), put("rejected")], [200, 400])
        other = self.order(plate("p9"))["orderId"]
        self.command("status", other, "rejected")
        listed = {o["orderId"]: o["status"] for o in json.loads(self.command("ls", "--json"))}
        self.assertEqual(listed, {order: "completed", other: "rejected"})

    def test_results_are_files_with_their_checksums(self):
        order = self.order()["orderId"]
        self.assertEqual(self.get(f"orders/{order}/results")["data"], [])
        content = bytes(range(256)) * 3000
        delivered = self.folder.parent / "calls.vcf.gz"
        delivered.write_bytes(content)
        self.command("result", order, delivered)
        (self.folder.parent / "some.csv").write_text("a,b\n")
        self.command("result", order, self.folder.parent / "some.csv", "--sample", "s1")
        first, second = self.get(f"orders/{order}/results")["data"]
        self.assertEqual(first["md5sum"], hashlib.md5(content).hexdigest())
        self.assertEqual((first["fileName"], first["fileType"]), ("calls.vcf.gz", "application/gzip"))
        self.assertEqual((first["clientSampleIds"], second["clientSampleIds"]), (["s0", "s1", "s2"], ["s1"]))
        self.assertEqual(second["fileType"], "text/csv")
        path = first["fileURL"].split(str(self.server.port))[1]
        ranges = [
            (None, 200, content), ("bytes=0-0", 206, content[:1]), ("bytes=10-", 206, content[10:]),
            ("bytes=-5", 206, content[-5:]), ("bytes=5-700000", 206, content[5:700001]),
            ("bytes=1-9999999", 206, content[1:]), ("bytes=768000-", 416, b""), ("bytes=0-1,5-6", 200, content),
            ("bytes=5-18446744073709551615", 206, content[5:]), ("bytes=5-1", 200, content), ("rows=1-2", 200, content),
        ]
        for wanted, status, expected in ranges:
            headers = {"Range": wanted, "Accept-Encoding": "gzip"} if wanted else {}
            got, fields, body = self.server.request(path, headers=headers)
            self.assertEqual((got, body == expected), (status, True), wanted)
            self.assertIsNone(fields["Content-Encoding"])
        for wrong in ("../store.db", "%2e%2e%2fstore.db", "nothing.csv", ".."):
            self.assertEqual(self.server.request(f"/brapi/v2/vendor/orders/{order}/results/{wrong}")[0], 404)
        kept = next((self.state / "results").rglob("calls.vcf.gz"))
        self.assertEqual((kept.stat().st_mode & 0o77, kept.parents[1].stat().st_mode & 0o77), (0, 0))
        self.assertEqual(self.server.request(path, headers={"Range": "bytes=0-0", "If-Range": '"x"'})[0], 200)
        self.assertEqual(self.server.request(path, "HEAD", {"Range": "bytes=0-0"})[0], 200)
        kept.write_bytes(content[:100])
        self.assertEqual(self.server.request(path)[0], 500)

    def test_genotypes_that_were_delivered_become_a_data_set(self):
        order = self.order()["orderId"]
        panel = simple_panel(self.folder.parent / "chip.bcf", variants=50)
        self.command("result", order, panel)
        self.assertIn("SIGHUP", self.command("publish", order, "chip.bcf", "--dataset", "beans"))
        self.command("publish", order, "chip.bcf", "--dataset", "beans")  # is there already

        def call_sets():
            self.server.process.send_signal(signal.SIGHUP)
            return [c["callSetDbId"] for c in self.server.get("/brapi/v2/callsets")["result"]["data"]]

        self.wait_for(lambda: call_sets() == [f"beans~chip~S{n}" for n in range(3)])
        self.assertEqual(
            [c["genotypeValue"] for c in support.walk(self.server, "beans~chip~S1", 7)],
            [genotypes[1] for _, genotypes in support.expected_calls(panel)],
        )
        self.assertIn("beans~chip\t3\t50", run(support.PROGRAM, "ls", "--state", self.state, self.folder, "--wait").decode())
        self.command("withdraw", order, "chip.bcf", "--dataset", "beans")
        self.wait_for(lambda: call_sets() == [])
        self.assertEqual(len(self.get(f"orders/{order}/results")["data"]), 1, "the result stays with its order")

    def test_only_genotypes_can_be_published(self):
        order = self.order()["orderId"]
        for name in ("text.csv", "broken.bcf", "chip.bcf"):
            (self.folder.parent / name).write_text("no genotypes")
        simple_panel(self.folder.parent / "chip.bcf")
        for name in ("text.csv", "broken.bcf", "chip.bcf"):
            self.command("result", order, self.folder.parent / name)
        (self.state / "published" / "taken").mkdir(parents=True)
        (self.state / "published" / "taken" / "chip.bcf").write_text("of somebody else")
        for arguments, why in (
            (("publish", order, "text.csv", "--dataset", "beans"), "vcf.gz"),
            (("publish", order, "broken.bcf", "--dataset", "beans"), "the result"),
            (("publish", order, "nothing.bcf", "--dataset", "beans"), "no such result"),
            (("publish", "nobody", "chip.bcf", "--dataset", "beans"), "no order"),
            (("publish", order, "chip.bcf", "--dataset", "../beans"), "letters"),
            (("publish", order, "chip.bcf", "--dataset", "taken"), "another file"),
            (("publish", order, "chip.bcf"), "--dataset"),
            (("withdraw", order, "chip.bcf", "--dataset", "beans"), "nothing of this name"),
            (("withdraw", order, "../../store.db", "--dataset", "beans"), "nothing of this name"),
        ):
            with self.assertRaisesRegex(AssertionError, why):
                self.command(*arguments)
        self.assertEqual([p.name for p in (self.state / "published").iterdir()], ["taken"])

    def test_an_interrupted_delivery_can_be_repeated(self):
        order = self.order()["orderId"]
        (self.state / "results" / order).mkdir(parents=True)
        (self.state / "results" / order / "r.csv").write_text("half")  # published, and not yet kept
        delivered = self.folder.parent / "r.csv"
        delivered.write_text("whole")
        self.command("result", order, delivered)
        delivered.write_text("another")
        with self.assertRaisesRegex(AssertionError, "has a result of this name"):
            self.command("result", order, delivered)
        [file] = self.get(f"orders/{order}/results")["data"]
        path = file["fileURL"].split(str(self.server.port))[1]
        self.assertEqual(self.server.request(path)[2], b"whole")
        self.assertEqual(sorted(p.name for p in (self.state / "results" / order).iterdir()), ["r.csv"])

    def test_the_command_says_what_is_wrong(self):
        order = self.order()["orderId"]
        (self.folder.parent / "a b.csv").write_text("x")
        for arguments, why in (
            (("status", "nobody", "received"), "no order"), (("status", order, "completed"), "cannot become"),
            (("result", "nobody", self.config), "no order"), (("result", order, self.folder.parent / "a b.csv"), "name"),
            (("result", order, self.config, "--sample", "zz"), "no sample 'zz'"),
            (("result", order, self.config, "--type", "text/csv\r\nX: y"), "media type"),
        ):
            command = [support.PROGRAM, "order", *arguments, "--state", self.state]
            done = subprocess.run([str(part) for part in command], capture_output=True)
            self.assertEqual((done.returncode, why in done.stderr.decode()), (1, True), done.stderr)

    def test_everything_survives_a_restart(self):
        placed = self.order()
        self.server.stop()
        self.start()
        self.assertEqual(self.get(f"orders/{placed['orderId']}/plates")["data"][0]["clientPlateId"], "p1")


if __name__ == "__main__":
    unittest.main()
