"""The contract of two of the seeds, BrAPI 2.1 call sets and references: a row for every parameter,
every field of a body and every field of an answer, on a data set where it changes the answer.

Where BrAPI's documents are on the machine, every answer is judged by those of 2.0 and 2.1.
"""

import hashlib
import os
import unittest

import support
from contract import PAGING, ContractTest, count_rows, rows_of, rows_of_seed, with_seeds
from support import Server

HEAD = support.VCF_HEAD + (
    '##FORMAT=<ID=GL,Number=G,Type=Float,Description="Likelihoods">\n'
    '##FORMAT=<ID=FT,Number=1,Type=String,Description="Filters">\n'
)
BARLEY = """\
crop = "barley"
[program]
id = "P1"
name = "Barley breeding"
[trial]
id = "T1"
name = "Barley of 2025"
[study]
id = "Y1"
name = "Barley chip"
"""
BARLEY_SAMPLES = """\
sample\tsampleDbId\tsampleName\tgermplasmDbId\tgermplasmName\texternalReferenceId\texternalReferenceSource\ttissue
B1\ts1\tPlant 1\tg1\tMorex\tSAMEA1\tBioSamples\tleaf
B2\ts2\tPlant 2\tg2\tBarke\tSAMEA2\tBioSamples\troot
"""
BARLEY_REFERENCES = """\
name\tcommonCropName\texternalReferenceId\texternalReferenceSource\tisDerived\tsourceAccessions\tsourceDivergence\tsourceGermplasmDbId\tsourceGermplasmName\tsourceURI\tspeciesTerm\tspeciesTermURI\tadditionalInfo
1H\tHordeum\tdoi:1\tDOI\tfalse\tOX0001.1;OX0001.2\t0.01\tg1\tMorex\thttps://example.org/1H\tbarley\tNCBITaxon:4513\t{"ploidy":"2"}
2H\t\tdoi:2\tDOI\ttrue\tOX0002.1\t0.5\tg2\tBarke\thttps://example.org/2H\twild barley\tNCBITaxon:77009\t{"ploidy":"4"}
"""
WHEAT = BARLEY.replace("barley", "wheat").replace("Barley", "Wheat").replace("1", "2")
SEQUENCES = {"1H": "acgtnACGTR" * 10, "2H": "GATTACA" * 20, "chr3B": "TTAA" * 4}


def md5(letters):
    return hashlib.md5(letters.upper().encode()).hexdigest()


def fasta(*names):
    return "".join(f">{name}\n{SEQUENCES[name]}\n" for name in names)


# What fits one value of a parameter: here the ids of call sets, below those of references.
B1, B2, B3 = "barley~chip~B1", "barley~chip~B2", "barley~chip~B3"
W1 = "wheat~array~W1"
CALL_SETS = [B1, B2, B3, W1]
CALL_SET_PARAMETERS = {
    "callSetDbId": (B2, [B2]),
    "callSetName": ("B2", [B2]),
    "variantSetDbId": ("wheat~array", [W1]),
    "sampleDbId": ("s1", [B1]),
    "germplasmDbId": ("g2", [B2]),
    "externalReferenceId": ("SAMEA1", [B1]),
    "externalReferenceSource": ("BioSamples", [B1, B2]),
}
CALL_SET_BODY = {
    "callSetDbIds": ([B2, W1], [B2, W1]),
    "callSetNames": (["B2", "B3"], [B2, B3]),
    "commonCropNames": (["wheat"], [W1]),
    "externalReferenceIDs": (["SAMEA2"], [B2]),
    "externalReferenceIds": (["SAMEA1"], [B1]),
    "externalReferenceSources": (["BioSamples"], [B1, B2]),
    "germplasmDbIds": (["g1", "g2"], [B1, B2]),
    "germplasmNames": (["Morex"], [B1]),
    "programDbIds": (["P2"], [W1]),
    "programNames": (["Barley breeding"], [B1, B2, B3]),
    "sampleDbIds": (["s2", W1], [B2, W1]),
    "sampleNames": (["Plant 1"], [B1]),
    "studyDbIds": (["Y2"], [W1]),
    "studyNames": (["Barley chip"], [B1, B2, B3]),
    "trialDbIds": (["T1"], [B1, B2, B3]),
    "trialNames": (["Wheat of 2025"], [W1]),
    "variantSetDbIds": (["barley~chip"], [B1, B2, B3]),
}
H1, H2, R3 = "barley~genome~1H", "barley~genome~2H", "wheat~bread~chr3B"
REFERENCES = [H1, H2, R3]
REFERENCE_PARAMETERS = {
    "referenceDbId": (H2, [H2]),
    "referenceSetDbId": ("wheat~bread", [R3]),
    "accession": ("OX0001.2", [H1]),
    "md5checksum": (md5(SEQUENCES["2H"]), [H2]),
    "isDerived": ("true", [H2]),
    "minLength": (100, [H1, H2]),
    "maxLength": (100, [H1, R3]),
    "commonCropName": ("Hordeum", [H1]),
    "programDbId": ("P1", [H1, H2]),
    "trialDbId": ("T2", [R3]),
    "studyDbId": ("Y2", [R3]),
    "externalReferenceId": ("doi:2", [H2]),
    "externalReferenceSource": ("DOI", [H1, H2]),
}
REFERENCE_BODY = {
    "accessions": (["OX0001.1", "OX0002.1"], [H1, H2]),
    "commonCropNames": (["barley", "wheat"], [H2, R3]),
    "externalReferenceIDs": (["doi:1"], [H1]),
    "externalReferenceIds": (["doi:2"], [H2]),
    "externalReferenceSources": (["DOI"], [H1, H2]),
    "germplasmDbIds": (["g1"], [H1]),
    "germplasmNames": (["Barke"], [H2]),
    "isDerived": (False, [H1]),
    "maxLength": (99, [R3]),
    "md5checksums": ([md5(SEQUENCES["chr3B"])], [R3]),
    "minLength": (101, [H2]),
    "programDbIds": (["P2"], [R3]),
    "programNames": (["Barley breeding"], [H1, H2]),
    "referenceDbIds": ([H1, R3], [H1, R3]),
    "referenceSetDbIds": (["barley~genome"], [H1, H2]),
    "studyDbIds": (["Y1"], [H1, H2]),
    "studyNames": (["Wheat chip"], [R3]),
    "trialDbIds": (["T1"], [H1, H2]),
    "trialNames": (["Wheat of 2025"], [R3]),
}

# Of two objects, the path of each field with what stands there. "a.b" looks into every item of a list.
CALL_SET_FIELDS = {
    "additionalInfo": ({"tissue": "leaf"}, {}),
    "callSetDbId": (B1, W1),
    "callSetName": ("B1", "W1"),
    "created": ("2025-03-01T00:00:00Z", "2026-01-31T00:00:00Z"),
    "externalReferences": (
        [{"referenceID": "SAMEA1", "referenceId": "SAMEA1", "referenceSource": "BioSamples"}],
        [],
    ),
    "externalReferences.referenceID": (["SAMEA1"], []),
    "externalReferences.referenceId": (["SAMEA1"], []),
    "externalReferences.referenceSource": (["BioSamples"], []),
    "sampleDbId": ("s1", W1),
    "studyDbId": ("Y1", "Y2"),
    "updated": ("2026-02-01T10:00:00Z", "2026-02-02T10:00:00Z"),
    "variantSetDbIds": (["barley~chip"], ["wheat~array"]),
}
REFERENCE_FIELDS = {
    "referenceDbId": (H1, R3),
    "referenceName": ("1H", "chr3B"),
    "additionalInfo": ({"ploidy": "2"}, {}),
    "commonCropName": ("Hordeum", "wheat"),
    "externalReferences": ([{"referenceID": "doi:1", "referenceId": "doi:1", "referenceSource": "DOI"}], []),
    "externalReferences.referenceID": (["doi:1"], []),
    "externalReferences.referenceId": (["doi:1"], []),
    "externalReferences.referenceSource": (["DOI"], []),
    "isDerived": (False, None),
    "length": (100, 16),
    "md5checksum": (md5(SEQUENCES["1H"]), md5(SEQUENCES["chr3B"])),
    "referenceSetDbId": ("barley~genome", "wheat~bread"),
    "referenceSetName": ("genome", "bread"),
    "sourceAccessions": (["OX0001.1", "OX0001.2"], []),
    "sourceDivergence": (0.01, None),
    "sourceGermplasm": ([{"germplasmDbId": "g1", "germplasmName": "Morex"}], []),
    "sourceGermplasm.germplasmDbId": (["g1"], []),
    "sourceGermplasm.germplasmName": (["Morex"], []),
    "sourceURI": ("https://example.org/1H", None),
    "species": ({"term": "barley", "termURI": "NCBITaxon:4513"}, None),
    "species.term": ("barley", None),
    "species.termURI": ("NCBITaxon:4513", None),
}
# Of two answers: the second is that of another call set, with every parameter of the form changed.
CALL_FIELDS = {
    "data": (2, 1),  # how many
    "data.additionalInfo": ([{"FT": "q10"}, {}], [{}]),
    "data.callSetDbId": ([B1, B1], [W1]),
    "data.callSetName": (["B1", "B1"], ["W1"]),
    "data.genotype": ([{"values": ["0|1"]}, {"values": ["1/1"]}], [{"values": ["0:-"]}]),
    "data.genotype.values": ([["0|1"], ["1/1"]], [["0:-"]]),
    "data.genotype_likelihood": ([[-0.5, -1, -2], None], [None]),
    "data.phaseSet": (["7", None], [None]),
    "data.variantDbId": (["barley~chip~1~5~1", "barley~chip~1~9~1"], ["wheat~array~2~7~1"]),
    "data.variantName": (["rs1", "1:9"], ["rs9"]),
    "data.variantSetDbId": (["barley~chip"] * 2, ["wheat~array"]),
    "data.variantSetName": (["chip"] * 2, ["array"]),
    "expandHomozygotes": (True, False),
    "sepPhased": ("|", "~"),
    "sepUnphased": ("/", ":"),
    "unknownString": (".", "-"),
}
# Genotypes of B1 and B2 at the two variants.
CALL_FORMS = {
    "expandHomozygotes": ("false", ["0|1", "1"], ["0/.", "."]),
    "unknownString": ("N", ["0|1", "1/1"], ["0/N", "N"]),
    "sepPhased": ("!", ["0!1", "1/1"], ["0/.", "."]),
    "sepUnphased": ("!", ["0|1", "1!1"], ["0!.", "."]),
}
ALL_ENDPOINTS = {
    "GET /callsets": (CALL_SET_PARAMETERS.keys() | PAGING.keys(), (), CALL_SET_FIELDS),
    "GET /callsets/{callSetDbId}": ({"callSetDbId"}, (), CALL_SET_FIELDS),
    "GET /callsets/{callSetDbId}/calls": (
        CALL_FORMS.keys() | {"callSetDbId", "pageToken", "pageSize"}, (), CALL_FIELDS,
    ),
    "POST /search/callsets": (set(), CALL_SET_BODY.keys() | PAGING.keys(), CALL_SET_FIELDS),
    "GET /search/callsets/{searchResultsDbId}": (
        {"searchResultsDbId"} | PAGING.keys(), (), CALL_SET_FIELDS,
    ),
    "GET /references": (REFERENCE_PARAMETERS.keys() | PAGING.keys(), (), REFERENCE_FIELDS),
    "GET /references/{referenceDbId}": ({"referenceDbId"}, (), REFERENCE_FIELDS),
    "GET /references/{referenceDbId}/bases": (
        {"referenceDbId", "start", "end", "pageToken"}, (), {"nextPageToken", "offset", "sequence"},
    ),
    "POST /search/references": (set(), REFERENCE_BODY.keys() | PAGING.keys(), REFERENCE_FIELDS),
    "GET /search/references/{searchResultsDbId}": (
        {"searchResultsDbId"} | PAGING.keys(), (), REFERENCE_FIELDS,
    ),
}


class contract(ContractTest):
    DOCUMENTS = ("brapi-genotyping-v2.0.json", "brapi-genotyping-v2.1.json")

    def setUp(self):
        super().setUp()
        barley, wheat = self.folder / "barley", self.folder / "wheat"
        rows = [
            ("1", 5, "rs1", "A", "C", "GT:GL:PS:FT", ["0|1:-0.5,-1,-2:7:q10", "0/.", "0/0"]),
            ("1", 9, ".", "A", "C", "GT:FT", ["1/1:PASS", ".", "0/1"]),
        ]
        head = HEAD.replace("20260131", "20250301")
        support.write_vcf(barley / "chip.vcf.gz", rows, ["B1", "B2", "B3"], head)
        support.write_vcf(wheat / "array.vcf.gz", [("2", 7, "rs9", "A", "C", "GT", ["0/."])], ["W1"], HEAD)
        (barley / "dataset.toml").write_text(BARLEY)
        (barley / "samples.tsv").write_text(BARLEY_SAMPLES)
        (barley / "references.tsv").write_text(BARLEY_REFERENCES)
        (barley / "genome.fa").write_text(fasta("1H", "2H"))
        (wheat / "dataset.toml").write_text(WHEAT)
        (wheat / "bread.fa").write_text(fasta("chr3B"))
        # 2026-02-01T10:00:00Z and the day after
        for path, seconds in ((barley / "chip.vcf.gz", 1769940000), (wheat / "array.vcf.gz", 1770026400)):
            os.utime(path, (seconds, seconds))
        self.server = Server(self.folder)
        self.addCleanup(self.server.stop)

    # Parameters

    def test_parameters_of_the_lists(self):
        self.check_filters("callsets", CALL_SET_PARAMETERS, CALL_SETS)
        self.check_filters("references", REFERENCE_PARAMETERS, REFERENCES)

    def test_pages_of_lists_and_results(self):
        self.check_pages("callsets", CALL_SETS)
        self.check_pages("references", REFERENCES)

    def test_ids_in_paths(self):
        self.check_ids_in_paths("GET /callsets/{callSetDbId}", CALL_SETS)
        self.check_ids_in_paths("GET /references/{referenceDbId}", REFERENCES)

    def test_parameters_of_calls(self):
        endpoint = "GET /callsets/{callSetDbId}/calls"

        def genotypes(path, **parameters):
            answer = self.ask(endpoint, path=path, **parameters)
            self.assertEqual(self.warnings(answer), [])
            return [call["genotypeValue"] for call in answer["result"]["data"]]

        with self.subTest(endpoint, parameter="callSetDbId"):
            self.assertEqual(genotypes(B1), ["0|1", "1/1"])
            self.assertEqual(genotypes(B2), ["0/.", "."])
            self.ask(endpoint, 404, path="nobody")
        for name, (value, *expected) in CALL_FORMS.items():
            with self.subTest(endpoint, parameter=name):
                for call_set, wanted in zip((B1, B2), expected):
                    self.assertEqual(genotypes(call_set, **{name: value}), wanted)
                    echoed = self.ask(endpoint, path=call_set, **{name: value})["result"][name]
                    self.assertEqual(echoed, False if value == "false" else value)
        with self.subTest(endpoint, parameter="pageSize"):
            self.assertEqual(genotypes(B1, pageSize=1), ["0|1"])
        with self.subTest(endpoint, parameter="pageToken"):
            first = self.ask(endpoint, path=B1, pageSize=1)["metadata"]["pagination"]
            second = self.ask(endpoint, path=B1, pageSize=1, pageToken=first["nextPageToken"])
            self.assertEqual([c["genotypeValue"] for c in second["result"]["data"]], ["1/1"])
            pagination = second["metadata"]["pagination"]
            self.assertIsNone(pagination["nextPageToken"])
            back = self.ask(endpoint, path=B1, pageSize=1, pageToken=pagination["prevPageToken"])
            self.assertEqual([c["genotypeValue"] for c in back["result"]["data"]], ["0|1"])

    def test_bases(self):
        endpoint = "GET /references/{referenceDbId}/bases"
        letters = SEQUENCES["1H"].upper()
        whole = self.ask(endpoint, path=H1)["result"]
        with self.subTest(endpoint, parameter="referenceDbId"):
            other = self.ask(endpoint, path=R3)["result"]
            self.assertEqual(other, {"nextPageToken": None, "offset": 0, "sequence": SEQUENCES["chr3B"]})
            self.ask(endpoint, 404, path="nobody")
        with self.subTest(endpoint, field="sequence"):
            self.assertEqual(whole["sequence"], letters)
        with self.subTest(endpoint, parameter="start"):
            self.assertEqual(self.ask(endpoint, path=H1, start=95)["result"]["sequence"], letters[95:])
        with self.subTest(endpoint, parameter="end"):
            self.assertEqual(self.ask(endpoint, path=H1, end=7)["result"]["sequence"], letters[:7])
        with self.subTest(endpoint, field="offset"):
            self.assertEqual(whole["offset"], 0)
            self.assertEqual(self.ask(endpoint, path=H1, start=95)["result"]["offset"], 95)
        first = self.ask(endpoint, path=H1, start=10, end=30, pageSize=15)["result"]
        with self.subTest(endpoint, field="nextPageToken"):
            self.assertIsNone(whole["nextPageToken"])
            self.assertIsInstance(first["nextPageToken"], str)
        with self.subTest(endpoint, parameter="pageToken"):
            second = self.ask(endpoint, path=H1, pageToken=first["nextPageToken"], pageSize=15)["result"]
            self.assertEqual(first["sequence"] + second["sequence"], letters[10:30])
            self.assertEqual(second["offset"], 25)
            self.assertIsNone(second["nextPageToken"])

    def path_of(self, endpoint, kept):
        entity = "callsets" if "callsets" in endpoint else "references"
        return kept[entity] if "search" in endpoint else {"callsets": B1, "references": H1}[entity]

    def keep_searches(self):
        return {entity: self.search(entity, {}) for entity in ("callsets", "references")}

    def test_authorization_is_taken_everywhere(self):
        """Without --auth a token neither helps nor harms; with it, see test_auth.py."""
        kept = self.keep_searches()
        for endpoint in ALL_ENDPOINTS:
            status, body = (202, {}) if endpoint.startswith("POST") else (200, None)
            self.check_authorization(endpoint, status, self.path_of(endpoint, kept), body)

    # Bodies

    def test_fields_of_search_bodies(self):
        self.check_search_fields("callsets", CALL_SET_BODY, CALL_SETS)
        self.check_search_fields("references", REFERENCE_BODY, REFERENCES)

    # Answers

    def test_fields_of_answers(self):
        for entity, one_by_one, ids, fields in (
            ("callsets", "GET /callsets/{callSetDbId}", (B1, W1), CALL_SET_FIELDS),
            ("references", "GET /references/{referenceDbId}", (H1, R3), REFERENCE_FIELDS),
        ):
            alone = [self.ask(one_by_one, path=one)["result"] for one in ids]
            self.check_objects(one_by_one, alone, fields)
            self.check_objects_of_lists(entity, ids, fields)

    def test_fields_of_calls(self):
        endpoint = "GET /callsets/{callSetDbId}/calls"
        form = {"expandHomozygotes": "false", "sepPhased": "~", "sepUnphased": ":", "unknownString": "-"}
        answers = [
            self.ask(endpoint, path=B1)["result"], self.ask(endpoint, path=W1, **form)["result"],
        ]
        for path, expected in CALL_FIELDS.items():
            with self.subTest(endpoint, field=path):
                values = tuple(self.value_at(answer, path) for answer in answers)
                if path == "data":
                    values = tuple(len(calls) for calls in values)
                self.assertEqual(values, expected)
                self.assertNotEqual(*expected)

    # What is refused

    def test_bad_parameters(self):
        kept = self.keep_searches()
        for endpoint, (parameters, _, _) in ALL_ENDPOINTS.items():
            self.check_bad_parameters(endpoint, parameters, self.path_of(endpoint, kept))

    def test_bad_bodies(self):
        for endpoint, (_, fields, _) in ALL_ENDPOINTS.items():
            if fields:
                self.check_bad_search_bodies(endpoint, fields)

    def test_unknown_searches(self):
        kept = self.keep_searches()
        self.check_unknown_searches("callsets", kept["callsets"], kept["references"])
        self.check_unknown_searches("references", kept["references"], kept["callsets"])

    # The whole of it

    @with_seeds
    def test_every_row_of_the_seeds_is_here(self):
        seeds = rows_of_seed("brapi-2.1-callsets.md") | rows_of_seed("brapi-2.1-references.md")
        self.assertEqual(rows_of(ALL_ENDPOINTS), seeds)

    def test_counts(self):
        """As the README says."""
        counts = count_rows(rows_of(ALL_ENDPOINTS))
        self.assertEqual(counts, {"parameter": 53, "body": 40, "field": 155})


if __name__ == "__main__":
    unittest.main()
