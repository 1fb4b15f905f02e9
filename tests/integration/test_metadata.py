"""serverinfo, call sets, health, readiness and metrics."""

import json
import unittest

import support
from support import FolderTest, Server, call_set_id, calls_path, simple_panel

ODD_SAMPLES = ["a b", "x/y", 'q"uote', "t~ilde", "dot.dot", "Rübe", "back\\slash", "per%cent", "plus+"]


class call_sets(FolderTest):
    def setUp(self):
        super().setUp()
        simple_panel(self.folder / "panel.vcf.gz", 5, samples=4)
        simple_panel(self.folder / "farm" / "field 1" / "panel.bcf", 5, samples=3)
        rows = [("1", 1, "rs1", "A", "C", "GT", ["0|1"] * len(ODD_SAMPLES))]
        support.write_vcf(self.folder / "odd.vcf.gz", rows, ODD_SAMPLES)

    def list(self, server, **parameters):
        answer = server.get("/brapi/v2/callsets", **parameters)
        return answer["result"]["data"], answer["metadata"]

    def test_have_every_field_of_the_seed(self):
        with Server(self.folder) as server:
            wanted = call_set_id("main", "panel", "S1")
            answer = server.get(f"/brapi/v2/callsets/{wanted}")
            self.assertEqual(set(answer), {"@context", "metadata", "result"})
            zeros = {"currentPage": 0, "pageSize": 0, "totalCount": 0, "totalPages": 0}
            self.assertLessEqual(zeros.items(), answer["metadata"]["pagination"].items())
            result = answer["result"]
            self.assertEqual(result["callSetDbId"], wanted)
            self.assertEqual(result["callSetName"], "S1")
            self.assertEqual(result["sampleDbId"], wanted)
            self.assertEqual(result["studyDbId"], "main")
            self.assertEqual(result["variantSetDbIds"], ["main~panel"])
            self.assertEqual(result["additionalInfo"], {})
            self.assertEqual(result["externalReferences"], [])
            self.assertEqual(result["created"], "2026-01-31T00:00:00Z")
            self.assertRegex(result["updated"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_are_listed_by_data_set(self):
        with Server(self.folder) as server:
            data, metadata = self.list(server)
            self.assertEqual(len(data), 7 + len(ODD_SAMPLES))
            self.assertEqual(metadata["pagination"]["totalCount"], len(data))
            ids = [c["callSetDbId"] for c in data]
            self.assertIn(call_set_id("farm/field 1", "panel", "S2"), ids)
            self.assertEqual(len(set(ids)), len(ids))

    def test_with_odd_names_are_found_by_their_ids(self):
        with Server(self.folder) as server:
            for name in ODD_SAMPLES:
                with self.subTest(name):
                    wanted = call_set_id("main", "odd", name)
                    self.assertRegex(wanted, r"^[A-Za-z0-9_.~-]+$")
                    found = server.get(f"/brapi/v2/callsets/{wanted}")["result"]
                    self.assertEqual(found["callSetName"], name)
                    call = server.get(calls_path(wanted))["result"]["data"][0]
                    self.assertEqual(call["callSetName"], name)
                    self.assertEqual(call["callSetDbId"], wanted)
                    data, _ = self.list(server, callSetName=name)
                    self.assertEqual([c["callSetDbId"] for c in data], [wanted])

    def test_with_names_that_are_not_utf_8_still_make_valid_json(self):
        path = self.folder / "latin.vcf.gz"
        head = support.VCF_HEAD.encode() + b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tM\xfcller\n"
        row = b"1\t5\tn\xe4me\tA\tC\t.\t.\t.\tGT\t0|1\n"
        path.write_bytes(support.run("bgzip", "-c", input=head + row))
        with Server(self.folder) as server:
            data, _ = self.list(server, variantSetDbId="main~latin")
            self.assertEqual(data[0]["callSetName"], "M\ufffdller")
            self.assertEqual(data[0]["callSetDbId"], "main~latin~M.FCller")
            call = server.get(calls_path("main~latin~M.FCller"))["result"]["data"][0]
            self.assertEqual((call["callSetName"], call["variantName"]), ("M\ufffdller", "n\ufffdme"))

    def test_are_filtered(self):
        wanted = call_set_id("main", "panel", "S1")
        cases = [
            ({"callSetDbId": wanted}, 1),
            ({"sampleDbId": wanted}, 1),
            ({"callSetName": "S1"}, 2),
            ({"callSetName": "s1"}, 0),
            ({"variantSetDbId": "main~panel"}, 4),
            ({"variantSetDbId": "main~panel", "callSetName": "S3"}, 1),
            ({"callSetDbId": wanted, "callSetName": "S2"}, 0),
            ({"germplasmDbId": "g1"}, 0),
            ({"externalReferenceId": "x"}, 0),
            ({"externalReferenceSource": "DOI"}, 0),
            ({"callSetDbId": ""}, 7 + len(ODD_SAMPLES)),
        ]
        with Server(self.folder) as server:
            for parameters, count in cases:
                with self.subTest(parameters):
                    data, metadata = self.list(server, **parameters)
                    self.assertEqual(len(data), count)
                    self.assertEqual(metadata["pagination"]["totalCount"], count)
                    kinds = [s["messageType"] for s in metadata["status"]]
                    self.assertEqual("WARNING" in kinds, count == 0)

    def test_are_paged(self):
        with Server(self.folder) as server:
            everything, _ = self.list(server)
            for size in (1, 3, 1000):
                pages = []
                for page in range(-(-len(everything) // size)):
                    data, metadata = self.list(server, page=page, pageSize=size)
                    self.assertEqual(metadata["pagination"]["currentPage"], page)
                    self.assertEqual(metadata["pagination"]["page"], page)
                    pages += data
                self.assertEqual(pages, everything)
            data, metadata = self.list(server, page=99)
            self.assertEqual(data, [])
            data, metadata = self.list(server, pageSize=2**31 - 1)
            self.assertEqual(metadata["pagination"]["pageSize"], 100_000)
            self.assertIn("100000", json.dumps(metadata["status"]))

    def test_that_do_not_exist_are_404(self):
        with Server(self.folder) as server:
            for wrong in ("x", "main~panel", "main~panel~S9", "main~panel~S.31", "main~none~S1", "~~"):
                for path in (f"/brapi/v2/callsets/{wrong}", calls_path(wrong)):
                    status, message = server.error(path)
                    self.assertEqual(status, 404, path)
                    self.assertRegex(message, r"^ERROR - \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ - ")

    def test_unknown_parameters_are_named(self):
        with Server(self.folder) as server:
            for path in ("/brapi/v2/callsets", calls_path(call_set_id("main", "panel", "S1"))):
                status = server.get(path, colour="red", pageSize=1)["metadata"]["status"]
                self.assertEqual(status[-1]["messageType"], "WARNING")
                self.assertIn("'colour'", status[-1]["message"])


class calls(FolderTest):
    def test_have_every_field_of_the_seed_and_of_2_1(self):
        head = support.VCF_HEAD + (
            '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Likelihoods">\n'
            '##FORMAT=<ID=XX,Number=1,Type=String,Description="Say \\"x\\"">\n'
        )
        rows = [
            ("1", 5, "rs1;rs2", "A", "C", "GT:DP:PS:PL:XX", ["0|1:12:77:35,0,100:a,b", "0/0"]),
            ("1", 9, ".", "A", "C", "GT", ["0|1", "."]),
        ]
        support.write_vcf(self.folder / "p.vcf.gz", rows, ["S0", "S1"], head)
        with Server(self.folder) as server:
            answer = server.get(calls_path("main~p~S0"))
            self.assertEqual(set(answer), {"@context", "metadata", "result"})
            self.assertEqual(answer["metadata"]["datafiles"], [])
            first, second = answer["result"]["data"]
            self.assertEqual(
                first,
                {
                    "additionalInfo": {},
                    "callSetDbId": "main~p~S0",
                    "callSetName": "S0",
                    "genotype": {"values": ["0|1"]},
                    "genotypeValue": "0|1",
                    "genotype_likelihood": [-3.5, 0, -10],
                    "genotypeMetadata": [
                        self.entry("integer", "DP", "Read Depth", "12"),
                        self.entry("integer", "PS", "Phase Set", "77"),
                        self.entry("integer", "PL", "Phred-scaled Genotype Likelihoods", "35,0,100"),
                        self.entry("string", "XX", 'Say "x"', "a,b"),
                    ],
                    "phaseSet": "77",
                    "variantDbId": "main~p~1~5~1",
                    "variantName": "rs1",
                    "variantSetDbId": "main~p",
                    "variantSetName": "p",
                },
            )
            self.assertEqual(second["variantName"], "1:9")
            self.assertEqual(second["genotypeMetadata"], [])
            self.assertIsNone(second["phaseSet"])
            self.assertIsNone(second["genotype_likelihood"])
            pagination = answer["metadata"]["pagination"]
            self.assertLessEqual(
                {
                    "currentPage": 0,
                    "pageSize": 1000,
                    "totalCount": 2,
                    "totalPages": 1,
                    "nextPageToken": None,
                    "prevPageToken": None,
                }.items(),
                pagination.items(),
            )
            self.assertIsInstance(pagination["currentPageToken"], str)

    def entry(self, kind, abbreviation, name, value):
        return {
            "dataType": kind,
            "fieldAbbreviation": abbreviation,
            "fieldName": name,
            "fieldValue": value,
        }

    def test_media_types(self):
        simple_panel(self.folder / "p.vcf.gz", 3)
        path = calls_path("main~p~S0")
        cases = [
            (None, 200, "application/json"),
            ("*/*", 200, "application/json"),
            ("application/*;q=0.5", 200, "application/json"),
            ("text/html,application/json;q=0.9,*/*;q=0.8", 200, "application/json"),
            ("application/x-ndjson", 200, "application/x-ndjson"),
            ("application/json;q=0.5, application/x-ndjson", 200, "application/x-ndjson"),
            ("text/csv", 406, "application/json"),
            ("application/json;q=0", 406, "application/json"),
        ]
        with Server(self.folder) as server:
            for accept, status, kind in cases:
                with self.subTest(accept):
                    headers = {"Accept": accept} if accept else {}
                    got, fields, _ = server.request(path, headers=headers)
                    self.assertEqual((got, fields["Content-Type"]), (status, kind))


def entity_services(*entities):
    """What serverinfo says of entities that are listed, read one by one, and searched."""
    services = {}
    for entity in entities:
        one = {"germplasm": "germplasm", "studies": "study"}.get(entity, entity.removesuffix("s"))
        services[entity] = ["GET", "POST", "PUT"]
        services[f"{entity}/{{{one}DbId}}"] = ["GET", "PUT"]
        services[f"search/{entity}"] = ["POST"]
        services[f"search/{entity}/{{searchResultsDbId}}"] = ["GET"]
    return services


STREAMED_SEARCHES = ["search/allelematrix", "search/calls", "search/variants"]
# Those that come as NDJSON, too.
STREAMED = sorted([
    "allelematrix", "calls", "callsets/{callSetDbId}/calls", "variants", "variants/{variantDbId}/calls",
    "variantsets/{variantSetDbId}/calls", "variantsets/{variantSetDbId}/variants",
    *STREAMED_SEARCHES, *(f"{name}/{{searchResultsDbId}}" for name in STREAMED_SEARCHES),
])


class server_information(FolderTest):
    def test_serverinfo_lists_exactly_what_is_served(self):
        with Server(self.folder) as server:
            answer = server.get("/brapi/v2/serverinfo", page=0, pageSize=2**31 - 1)
            self.assertEqual(
                [m for s in answer["metadata"]["status"] for m in [s["messageType"]]], ["INFO"]
            )
            calls = answer["result"]["calls"]
            services = {c["service"]: c for c in calls}
            self.assertEqual(
                {name: service["methods"] for name, service in services.items()},
                {
                    "serverinfo": ["GET"],
                    "callsets": ["GET"],
                    "callsets/{callSetDbId}": ["GET", "PUT"],
                    "commoncropnames": ["GET"],
                    "lists": ["GET", "POST"],
                    "lists/{listDbId}": ["GET", "PUT"],
                    "lists/{listDbId}/data": ["POST"],
                    "lists/{listDbId}/items": ["POST"],
                    "search/lists": ["POST"],
                    "search/lists/{searchResultsDbId}": ["GET"],
                    **entity_services("germplasm", "plates", "programs", "samples", "studies", "trials"),
                    "maps": ["GET"],
                    "maps/{mapDbId}": ["GET"],
                    "maps/{mapDbId}/linkagegroups": ["GET"],
                    "markerpositions": ["GET"],
                    "search/markerpositions": ["POST"],
                    "search/markerpositions/{searchResultsDbId}": ["GET"],
                    "variantsets": ["GET"],
                    "variantsets/extract": ["POST"],
                    "variantsets/{variantSetDbId}": ["GET", "PUT"],
                    "variantsets/{variantSetDbId}/callsets": ["GET"],
                    "variantsets/{variantSetDbId}/exports/{fileName}": ["GET"],
                    "variants/{variantDbId}": ["GET"],
                    **{name: ["POST"] if name in STREAMED_SEARCHES else ["GET"] for name in STREAMED},
                    "search/variantsets": ["POST"],
                    "search/variantsets/{searchResultsDbId}": ["GET"],
                    "vendor/specifications": ["GET"],
                    "vendor/plates": ["POST"],
                    "vendor/plates/{submissionId}": ["GET"],
                    "vendor/orders": ["GET", "POST"],
                    "vendor/orders/{orderId}/plates": ["GET"],
                    "vendor/orders/{orderId}/results": ["GET"],
                    "vendor/orders/{orderId}/results/{fileName}": ["GET"],
                    "vendor/orders/{orderId}/status": ["GET", "PUT"],
                    "vendor/orders/{orderId}/manifest.csv": ["GET"],
                    "vendor/orders/{orderId}/manifest.html": ["GET"],
                    "search/callsets": ["POST"],
                    "search/callsets/{searchResultsDbId}": ["GET"],
                    "references": ["GET"],
                    "references/{referenceDbId}": ["GET"],
                    "references/{referenceDbId}/bases": ["GET"],
                    "search/references": ["POST"],
                    "search/references/{searchResultsDbId}": ["GET"],
                    "referencesets": ["GET"],
                    "referencesets/{referenceSetDbId}": ["GET"],
                    "search/referencesets": ["POST"],
                    "search/referencesets/{searchResultsDbId}": ["GET"],
                },
            )
            for service in calls:
                self.assertEqual(service["versions"], ["2.0", "2.1"])
                self.assertEqual(service["contentTypes"], service["dataTypes"])
            for parameter in ("contentType", "dataType"):
                answer = server.get("/brapi/v2/serverinfo", **{parameter: "application/x-ndjson"})
                names = [c["service"] for c in answer["result"]["calls"]]
                self.assertEqual(names, STREAMED)

    def test_serverinfo_says_what_the_configuration_says(self):
        config = self.folder.parent / "c.toml"
        config.write_text('access-log = true\nthreads = 1\n[serverinfo]\nname = "Bean Base"\nlocation = "Ulm"\n')
        with Server(self.folder, "--config", str(config)) as server:
            result = server.get("/brapi/v2/serverinfo")["result"]
            self.assertEqual((result["serverName"], result["location"]), ("Bean Base", "Ulm"))
            self.wait_for(lambda: "GET /brapi/v2/serverinfo 200" in server.log_text())

    def test_health_ready_and_welcome(self):
        simple_panel(self.folder / "p.vcf.gz", 3)
        (self.folder / "plain.vcf").write_text("##fileformat=VCFv4.3\n")
        with Server(self.folder) as server:
            self.assertEqual(server.get("/health"), {"status": "ok"})
            ready = server.get("/ready")
            self.assertEqual((ready["status"], ready["variantSets"], ready["callSets"]), ("ready", 1, 3))
            self.assertEqual([p["file"] for p in ready["problems"]], ["plain.vcf"])
            self.assertIn("bgzip", ready["problems"][0]["problem"])
            status, fields, body = server.request("/")
            self.assertEqual(status, 200)
            self.assertIn(b"/brapi/v2/callsets", body)

    def test_metrics_count(self):
        simple_panel(self.folder / "p.vcf.gz", 40)
        with Server(self.folder) as server:
            server.get(calls_path("main~p~S0"), pageSize=25)
            server.ndjson(calls_path("main~p~S1"))
            server.error(calls_path("main~p~S9"))
            route = 'route="/brapi/v2/callsets/{callSetDbId}/calls"'
            # An answer counts when its last byte has left, which the client may see first.
            counted = f"callstream_request_duration_seconds_count{{{route}}} 3\n".encode()
            self.wait_for(lambda: counted in server.request("/metrics")[2])
            status, fields, body = server.request("/metrics")
            text = body.decode()
            self.assertIn("version=0.0.4", fields["Content-Type"])
            for line in (
                "callstream_calls_streamed_total 65",
                "callstream_streams_open 0",
                f'callstream_requests_total{{{route},status="2xx"}} 2',
                f'callstream_requests_total{{{route},status="4xx"}} 1',
            ):
                self.assertIn(line + "\n", text)
            for line in text.splitlines():
                self.assertRegex(line, r'^(# (HELP|TYPE) .+|[a-z_]+(\{[^{}]*(\{[A-Za-z]+\}[^{}]*)*\})? [0-9.e+-]+)$')


if __name__ == "__main__":
    unittest.main()
