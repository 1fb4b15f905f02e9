"""The page at /docs, opened in Chromium: it has every route of /openapi.json, and its answers come from the server."""

import json
import unittest

from browser import BrowserTest
from front import Front
from support import DEMO, Server, new_token, run

CALLS = "#get_brapi_v2_callsets_callSetDbId_calls"


def routes_of(server):
    paths = server.get("/openapi.json")["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


class docs(BrowserTest):
    def drive(self, server, *steps):
        return super().drive(server, *steps, driver="docs.mjs")

    def test_every_route_is_there_and_words_leave_those_that_have_them(self):
        with Server(DEMO) as server:
            routes = routes_of(server)
            found = self.drive(
                server, {"do": "open"}, {"do": "routes"}, {"do": "text", "on": "#count"},
                {"do": "fill", "on": "#filter", "text": "callsets  CALLS get"}, {"do": "routes"},
                {"do": "fill", "on": "#filter", "text": "nothing at all"}, {"do": "routes"}, {"do": "text", "on": "#count"},
            )
        self.assertEqual(self.errors, [])
        self.assertEqual(len(found[1]), len(set(found[1])))
        self.assertEqual(set(found[1]), routes)
        self.assertEqual(found[2], f"{len(routes)} routes")
        self.assertIn("GET /brapi/v2/callsets/{callSetDbId}/calls", found[4])
        for route in found[4]:
            self.assertIn("callsets", route)
            self.assertTrue(route.startswith("GET "), route)
        self.assertEqual(found[6:], [[], "0 routes"])

    def test_a_route_is_tried_and_told_as_a_line_for_curl(self):
        with Server(DEMO) as server:
            one = server.get("/brapi/v2/callsets", pageSize=1)["result"]["data"][0]["callSetDbId"]
            found = self.drive(
                server, {"do": "open", "hash": CALLS}, {"do": "press", "on": f"{CALLS} .try button"},
                {"do": "text", "on": f"{CALLS} .try .note"},
                {"do": "fill", "on": f"{CALLS} input[aria-label=callSetDbId]", "text": one},
                {"do": "fill", "on": f"{CALLS} input[aria-label=pageSize]", "text": "2"},
                {"do": "fill", "on": f"{CALLS} input[aria-label=sepPhased]", "text": "'& "},
                {"do": "text", "on": f"{CALLS} .curl code"},
                {"do": "key", "on": f"{CALLS} input[aria-label=pageSize]", "key": "Enter"},
                {"do": "waitFor", "on": f"{CALLS} .try .note", "text": "200"}, {"do": "text", "on": f"{CALLS} .inner > pre"},
                {"do": "fill", "on": f"{CALLS} input[aria-label=pageSize]", "text": "x"},
                {"do": "press", "on": f"{CALLS} .try button"},
                {"do": "waitFor", "on": f"{CALLS} .try .note", "text": "400: pageSize must be a whole number"},
            )
            self.assertEqual(found[2], "Wanted: callSetDbId")
            expected = server.get(f"/brapi/v2/callsets/{one}/calls", pageSize=2, sepPhased="'&")
            self.assertEqual(json.loads(found[9]), expected)
            command = ["bash", "-c", found[6].replace("curl ", "curl -s ", 1)]
            self.assertEqual(json.loads(run(*command)), expected)
        # The browser notes the refusal itself.
        self.assertTrue(all("400" in error for error in self.errors), self.errors)

    def test_a_token_is_used_for_what_is_tried(self):
        state = self.folder.parent / "state"
        token = new_token(state)
        route = "#get_brapi_v2_callsets"
        with Server(self.folder, "--auth", "all", state=state, wait=False) as server:
            found = self.drive(
                server, {"do": "open", "hash": route}, {"do": "text", "on": f"{route} .curl code"},
                {"do": "press", "on": f"{route} .try button"},
                {"do": "waitFor", "on": f"{route} .try .note", "text": "401"}, {"do": "fill", "on": "#token", "text": token},
                {"do": "press", "on": "#access button"}, {"do": "press", "on": f"{route} .try button"},
                {"do": "waitFor", "on": f"{route} .try .note", "text": "200"},
            )
        self.assertIn("Authorization: Bearer $TOKEN", found[1])
        self.assertTrue(all("401" in error for error in self.errors), self.errors)

    def test_it_works_behind_the_path_of_a_proxy(self):
        with Front("/calls") as front, Server(DEMO) as server:
            front.server = server
            route = "#get_brapi_v2_callsets"
            found = self.drive(
                front.url, {"do": "open", "hash": route}, {"do": "routes"}, {"do": "press", "on": f"{route} .try button"},
                {"do": "waitFor", "on": f"{route} .try .note", "text": "200"}, {"do": "text", "on": f"{route} .curl code"},
            )
        self.assertEqual(self.errors, [])
        self.assertGreater(len(found[1]), 100)
        self.assertIn(f"{front.url}/brapi/v2/callsets", found[4])

    def test_narrow_windows_and_keys(self):
        with Server(DEMO) as server:
            found = self.drive(
                server, {"do": "open", "width": 360, "height": 740, "scheme": "dark", "hash": CALLS}, {"do": "isWide"},
                {"do": "isOpen", "on": CALLS}, {"do": "key", "on": f"{CALLS} > summary", "key": "Enter"},
                {"do": "isOpen", "on": CALLS},
            )
        self.assertEqual(self.errors, [])
        self.assertEqual(found[1:3], [False, True])
        self.assertFalse(found[4])


if __name__ == "__main__":
    unittest.main()
