"""What files and the environment say makes the server open nothing else: no address, no other file."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import threading
import unittest
import unittest.mock

import hostile
import support
from hostile import outcome, problems
from support import SANITIZED, FolderTest, Server, simple_panel

PLUGINS = ["/usr/lib/x86_64-linux-gnu/htslib", "/usr/lib/htslib", "/usr/libexec/htslib"]


class Listener:
    """Counts who connects."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.connections = 0
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()
        return self

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(10)


def write_files_that_name(folder, address):
    """Panels that name an address wherever a name can stand; their number."""
    url = f"http://{address}"
    head = support.VCF_HEAD + (
        f"##reference={url}/reference.fa\n##assembly={url}/assembly\n"
        f"##contig=<ID=3,length=1000,URL={url}/contig.fa>\n##pedigreeDB=<{url}/pedigree>\n"
    )
    text = hostile.vcf_text([hostile.record(10), hostile.record(20)], head=head)
    packed = hostile.bgzf(text)
    names = [
        "plain.vcf.gz",
        "index.vcf.gz",
        f"a.bcf##idx##http:__{address}_x.vcf.gz",
        f"##idx##{address}.vcf.gz",
        f"http:{address}.vcf.gz",
        "s3:bucket.vcf.gz",
        "@list.vcf.gz",
        "data:,x.vcf.gz",
        f"http:/{address}/x.vcf.gz",
        f"https:/{address}/x.vcf.gz",
    ]
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed)
    (folder / "index.vcf.gz.csi").symlink_to(f"{url}/index.csi")
    (folder / "index.vcf.gz.tbi").write_text(f"{url}/index.tbi\n")
    (folder / "plain.vcf.gz.csi").write_bytes(hostile.bgzf(f"{url}/index.csi\n".encode()))
    return len(names)


def ask_for_everything(test, server, variant_sets):
    call_sets = server.get("/brapi/v2/callsets", pageSize=1000)["result"]["data"]
    test.assertEqual(len(call_sets), 2 * variant_sets)
    for call_set in call_sets:
        test.assertEqual(outcome(server, call_set["callSetDbId"])[0], "whole")


class no_connection(FolderTest):
    def test_is_opened_whatever_files_and_the_environment_name(self):
        with Listener() as listener:
            address = f"127.0.0.1:{listener.port}"
            with socket.create_connection(("127.0.0.1", listener.port)):
                self.wait_for(lambda: listener.connections == 1)  # it does count
            files = write_files_that_name(self.folder, address)
            plugins = [path for path in PLUGINS if pathlib.Path(path).is_dir()]
            environment = {
                "REF_PATH": f"http://{address}/%s",
                "REF_CACHE": f"http://{address}/cache/%s",
                "HTS_PATH": ":".join(plugins or ["/usr/lib"]),
                "http_proxy": f"http://{address}",
                "all_proxy": f"http://{address}",
            }
            with unittest.mock.patch.dict(os.environ, environment):
                with Server(self.folder) as server:
                    self.assertEqual(problems(server), {})
                    ask_for_everything(self, server, files)
                    self.assert_no_plugin(server)
                self.serve_relative_paths(address)
            self.assertEqual(listener.connections, 1)
        print(f"{files} files that name an address: no connection", file=sys.stderr)

    def assert_no_plugin(self, server):
        loaded = pathlib.Path(f"/proc/{server.process.pid}/maps").read_text()
        self.assertNotIn("hfile_", loaded, "a plugin of htslib was loaded")

    def serve_relative_paths(self, address):
        """Folders that look like URLs from where the server stands."""
        here = self.folder.parent / "here"
        simple_panel(here / "http:" / address / "data" / "p.bcf", 20, samples=2)
        with Server(
            f"http:/{address}/data", state=f"http:/{address}/state", cwd=here
        ) as server:
            ask_for_everything(self, server, 1)
            self.assert_no_plugin(server)
        made = {path.suffix for path in (here / "http:" / address / "state" / "index").iterdir()}
        self.assertEqual(made, {".ord", ".sites", ".csi"})


def can_trace():
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


@unittest.skipIf(SANITIZED, "the leak check does not work under strace")
@unittest.skipUnless(can_trace(), "strace is not here or may not attach")
class no_other_file(FolderTest):
    """The system calls of a whole run: start, index, serve, rescan, stop."""

    READS = (
        "/lib/",
        "/lib64/",
        "/usr/lib/",
        "/etc/ld.so.cache",
        "/etc/ld.so.preload",
        "/etc/localtime",
        "/etc/ssl/openssl.cnf",
        "/usr/share/zoneinfo/",
        "/dev/null",
        "/dev/urandom",
        "/proc/self/",
        "/proc/sys/vm/overcommit_memory",  # glibc's malloc
        "/sys/devices/system/cpu",
        "/sys/fs/cgroup/",
        "/nonexistent",  # where htslib is told to look for plugins
    )
    CHANGES = (
        "mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,"
        "rmdir,truncate,chmod,chown"
    )

    def test_is_opened_and_nothing_is_written_but_the_state(self):
        state = self.folder.parent / "state"
        trace = self.folder.parent / "trace"
        simple_panel(self.folder / "p.bcf", 3000)
        simple_panel(self.folder / "sub" / "q.vcf.gz", 3000)
        support.run("bcftools", "index", "-t", self.folder / "sub" / "q.vcf.gz")
        (self.folder / "bad.bcf").write_bytes(b"x")
        under = ("strace", "-D", "-f", "-s", "4096", "-o", str(trace), "-e",
                 f"trace=open,openat,creat,connect,{self.CHANGES}")
        before = {path: path.stat().st_mtime_ns for path in self.folder.rglob("*")}
        with Server(self.folder, state=state, under=under) as server:
            for call_set in ("main~p~S1", "sub~q~S1"):
                self.assertEqual(outcome(server, call_set)[0], "whole")
                self.assertEqual(len(support.walk(server, call_set, 1000)), 3000)
            simple_panel(self.folder / "late.bcf", 10)
            before[self.folder / "late.bcf"] = (self.folder / "late.bcf").stat().st_mtime_ns
            server.request("/brapi/v2/callsets?pageSize=1")
            os.kill(server.process.pid, support.signal.SIGHUP)
            self.wait_for(lambda: server.request("/brapi/v2/callsets/main~late~S0")[0] == 200)
            server.wait_until_indexed()
        self.assertEqual(
            {p: p.stat().st_mtime_ns for p in self.folder.rglob("*") if p.is_file()},
            {p: when for p, when in before.items() if p.is_file()},
        )
        # The tracer is a process of its own and writes on for a moment.
        self.wait_for(lambda: "+++ exited with 0 +++" in trace.read_text(errors="replace"))
        opened = self.judge(trace, state)
        print(
            f"a traced run: {opened} opens, all of the folder, the state folder and the system",
            file=sys.stderr,
        )
        self.assertGreater(opened, 20)

    def judge(self, trace, state):
        opened = 0
        for line in trace.read_text(errors="replace").splitlines():
            found = re.match(r"\d+\s+(\w+)\((.*)", line)
            if not found:
                continue
            call, arguments = found.groups()
            paths = re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)
            if call == "connect":
                self.assertNotRegex(arguments, "AF_INET", line)
                continue
            if call not in ("open", "openat", "creat"):
                for path in paths:
                    self.assertTrue(self.below(path, state), f"changes another file: {line}")
                continue
            opened += 1
            writing = "O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND"
            writes = call == "creat" or re.search(writing, arguments)
            if writes:
                self.assertTrue(self.below(paths[0], state), f"writes: {line}")
            elif not self.below(paths[0], state) and not self.below(paths[0], self.folder):
                self.assertTrue(paths[0].startswith(self.READS), f"reads: {line}")
        return opened

    @staticmethod
    def below(path, folder):
        return path == str(folder) or path.startswith(f"{folder}/")


if __name__ == "__main__":
    unittest.main()
