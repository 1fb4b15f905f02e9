"""What the tests of who may share: data with secrets, tokens, and requests that must not be answered."""

import http.client
import json
import sqlite3
import urllib.parse

import support
from support import FolderTest, Server, run, write_vcf

# Names that stand in the data of `alpha` alone: none of them may reach whoever is not for it.
SECRETS = [b"SecretSample", b"SecretChip", b"SecretGenome", b"SecretStudy", b"SecretGermplasm", b"GATTACAGATTACA"]
LIST_SECRET = b"SecretItem"
ALPHA = """\
crop = "SecretCrop"
[program]
id = "SecretProgram"
[trial]
id = "SecretTrial"
[study]
id = "SecretStudy"
"""


class CredentialsTest(FolderTest):
    """Two data sets and tokens of every kind; a server asks for them once it is started."""

    def setUp(self):
        super().setUp()
        alpha, beta = self.folder / "alpha", self.folder / "beta"
        rows = [("1", 10 * n + 1, f"rs{n}", "A", "C", "GT", ["0|1", "1|1"]) for n in range(9)]
        write_vcf(alpha / "SecretChip.vcf.gz", rows, ["SecretSample1", "SecretSample2"])
        write_vcf(beta / "chip.vcf.gz", rows, ["B1", "B2"])
        (alpha / "dataset.toml").write_text(ALPHA)
        (alpha / "samples.tsv").write_text("sample\tgermplasmDbId\nSecretSample1\tSecretGermplasm\n")
        (alpha / "SecretGenome.fa").write_text(">1\n" + "GATTACA" * 100 + "\n")
        (beta / "genome.fa").write_text(">1\n" + "TTTT" * 10 + "\n")
        self.state = self.folder.parent / "state"
        self.tokens = {
            name: self.token("add", name, *options)
            for name, options in {
                "reader": (), "writer": ("--scope", "write"), "admin": ("--scope", "admin"),
                "alpha": ("--dataset", "alpha", "--scope", "write"), "beta": ("--dataset", "beta"),
                "betawriter": ("--dataset", "beta", "--scope", "admin"),
                "expired": ("--scope", "admin", "--expires", "1h"), "revoked": ("--scope", "admin"),
            }.items()
        }
        self.token("revoke", "revoked")
        with sqlite3.connect(self.state / "store.db") as store:
            store.execute("UPDATE tokens SET expires_s = 1 WHERE name = 'expired'")

    def token(self, *arguments):
        return run(support.PROGRAM, "token", *arguments, "--state", self.state).decode().strip()

    def start(self, mode="all", *options):
        asked = ["--auth", mode] if mode else []
        self.server = Server(self.folder, *asked, *options, state=self.state, wait=False)
        self.addCleanup(self.server.stop)
        self.wait_for(lambda: self.json("GET", "/ready", "admin")[1]["indexing"]["files"] == 0)

    def ask(self, method, target, headers=(), body=None):
        """Status, headers and body; `headers` are pairs, so that one may come twice."""
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=60)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Type", "application/json")
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def bearer(self, name):
        return [("Authorization", f"Bearer {self.tokens.get(name, name)}")]

    def json(self, method, target, token, body=None):
        text = None if body is None else json.dumps(body).encode()
        status, _, answer = self.ask(method, target, self.bearer(token) if token else [], text)
        return status, json.loads(answer)

    def assert_nothing_in(self, answer, where):
        status, headers, body = answer
        text = body + str(headers).encode()
        for secret in (*SECRETS, LIST_SECRET):
            self.assertNotIn(secret, text, (where, status))

    def credentials(self):
        """Headers that open nothing, by what is wrong with them."""
        tokens = self.tokens
        return {
            "none": [], "empty": [("Authorization", "Bearer ")], "no scheme": [("Authorization", tokens["admin"])],
            "basic": [("Authorization", f"Basic {tokens['admin']}")], "junk": self.bearer("junk"),
            "digest": self.bearer(tokens["admin"][::-1]), "expired": self.bearer("expired"),
            "revoked": self.bearer("revoked"), "twice": self.bearer("admin") * 2,
            "cookie": [("Cookie", f"Authorization=Bearer {tokens['admin']}")],
            "proxy": [("Proxy-Authorization", f"Bearer {tokens['admin']}")],
            "other name": [("X-Authorization", f"Bearer {tokens['admin']}")],
            "longer": self.bearer(tokens["admin"] + "A"), "shorter": self.bearer(tokens["admin"][:-1]),
        }

    def odd_requests(self, method, pattern, target, body):
        """The token elsewhere, other methods, other spellings of the path: nothing without a token."""
        token = urllib.parse.quote(self.tokens["admin"])
        override = [("X-HTTP-Method-Override", "GET"), ("X-Original-URL", "/health"), ("X-Rewrite-URL", "/health")]
        odd = [
            (method, f"{target}?access_token={token}", (), body),
            (method, f"{target}?Authorization=Bearer%20{token}", (), body),
            (method, target, override, body),
            ("HEAD", target, (), None),
            ("OPTIONS", target, (), None),
            ("OPTIONS", target, [("Origin", "http://evil.example"), ("Access-Control-Request-Method", method)], None),
        ]
        head, _, tail = target.rpartition("/")
        for spelling in (
            f"{head}/%2e/{tail}", f"{head}/./{tail}", f"{head}/x/../{tail}", f"{head}/x/%2e%2e/{tail}",
            f"{head}//{tail}", f"/{target}", f"{head}%2f{tail}", f"{target}/", f"{target};a=b", f"{target};",
            f"/health/..{target}", f"/health;{target}", f"/brapi/v2/serverinfo/..{target}", target.upper(),
            f"{target}%00", f"{target}%20", f"/%2e{target}", f"http://{self.server.host}{target}",
        ):
            odd.append((method, spelling, (), body))
        for request in odd:
            with self.subTest(odd=request[:2]):
                answer = self.ask(request[0], request[1], request[2], request[3])
                wanted = (204, 400, 401, 404, 405) if request[0] == "OPTIONS" else (400, 401, 404, 405)
                self.assertIn(answer[0], wanted, answer)
                self.assert_nothing_in(answer, request[:2])
                if request[0] == "HEAD":
                    self.assertEqual(answer[2], b"")
                self.assertNotIn("evil", str(answer[1]))
        return len(odd)
