"""Genome browsers of others, each embedded in a page of its own that comes from elsewhere than the data."""

import http.server
import pathlib

from browser import HERE, BrowserTest
from front import Listening


class handler(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path):
        return str(self.server.files.get(path.lstrip("/"), HERE / "nothing"))

    def log_message(self, *_):
        pass


class Site(Listening):
    """A web site of a few files, each below its name."""

    def __init__(self, *paths):
        super().__init__(handler)
        self.listener.files = {pathlib.Path(path).name: path for path in paths}


class EmbeddingTest(BrowserTest):
    def embed(self, site, page, **configuration):
        """What the page found to show. Nothing else than this machine is asked."""
        answer = self.run_driver("embed.mjs", f"{site.url}/{page}", configuration)
        for url in self.asked:
            self.assertRegex(url, r"^(http://127\.0\.0\.1:|data:|blob:)")
        return answer["shown"]
