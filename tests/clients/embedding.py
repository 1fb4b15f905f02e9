"""Genome browsers of others, each embedded in a page of its own that comes from elsewhere than the data."""

import http.server
import json
import pathlib
import subprocess
import threading

from browser import CHROMIUM, HERE
from front import listener
from support import FolderTest


class handler(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path):
        return str(self.server.files.get(path.lstrip("/"), HERE / "nothing"))

    def log_message(self, *_):
        pass


class Site:
    """A web site of a few files, {name: path}. Ended when the `with` block ends."""

    def __init__(self, *paths):
        self.listener = listener(("127.0.0.1", 0), handler)
        self.listener.files = {pathlib.Path(path).name: path for path in paths}
        self.url = f"http://127.0.0.1:{self.listener.server_port}"

    def __enter__(self):
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown()
        self.listener.server_close()


class EmbeddingTest(FolderTest):
    def embed(self, site, page, **configuration):
        """What the page found to show. Nothing else than this machine is asked."""
        self.assertTrue(CHROMIUM, "tools/setup clients installs chromium; elsewhere CHROMIUM names one")
        done = subprocess.run(
            ["node", HERE / "embed.mjs", CHROMIUM, f"{site.url}/{page}", json.dumps(configuration)],
            capture_output=True, text=True, timeout=200,
        )
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        answer = json.loads(done.stdout)
        self.assertIsNone(answer["failed"], answer)
        self.errors, self.asked = answer["errors"], answer["asked"]
        for url in self.asked:
            self.assertRegex(url, r"^(http://127\.0\.0\.1:|data:|blob:)")
        return answer["shown"]
