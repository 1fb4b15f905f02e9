"""Servers of others that send the same long bytes as ours, for comparison: nginx from a file, a bare Beast from
memory."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from harness.figures import Figure
from harness.programs import Background, Failure

CONFIGURATION = """
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {folder}/temporary;
    proxy_temp_path {folder}/temporary;
    fastcgi_temp_path {folder}/temporary;
    uwsgi_temp_path {folder}/temporary;
    scgi_temp_path {folder}/temporary;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/www;
    }}
}}
"""


def nginx_program():
    """None when it is not there."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def unprivileged():
    """How to start a process that could do no harm, also when root does so."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


class Nginx:
    """Serves `folder`/www on the loopback, with a configuration of its own; nothing of the system's is read
    or written but the program. Ended when the `with` block ends."""

    def __init__(self, folder, workers):
        self.port = free_port()
        configuration = folder / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(folder=folder, port=self.port, workers=workers))
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
        self.log = open(folder / "log", "w+")
        command = [nginx_program(), "-p", folder, "-c", configuration, "-e", "stderr"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, **unprivileged())

    def __enter__(self):
        try:
            self.wait_until_it_listens()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def wait_until_it_listens(self, seconds=10):
        end = time.monotonic() + seconds
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    self.log.seek(0)
                    raise Failure(f"nginx did not start: {self.log.read()[-300:]}") from None
            time.sleep(0.02)


def rate(answer):
    return answer["body_bytes"] / answer["seconds"]


def same_bytes(bench, row, what, target, headers=None):
    """Our rate beside that of each, for the same bytes: the whole answer, or its begin."""
    with tempfile.TemporaryDirectory(prefix="callstream-bench-same-") as name:
        folder = pathlib.Path(name)
        (folder / "www").mkdir()
        body = folder / "www" / "answer"
        bench.programs.drain(bench.server.port, target, headers, bytes_max=bench.sizes.same_bytes_max, save=body)
        size = body.stat().st_size

        def compare(figure, port, path):
            for _ in range(bench.runs):
                ours = bench.programs.drain(bench.server.port, target, headers, bytes_max=size)
                theirs = bench.programs.drain(port, path)
                if theirs["body_bytes"] != size:
                    raise Failure(f"{figure.rival_name} sends {theirs['body_bytes']} bytes of {size}")
                figure.add(rate(ours), rate(theirs))

        yield against_beast(bench, Figure(row, f"{what}, bare Beast", None, unit="B/s"), body, compare)
        yield against_nginx(bench, Figure(row, f"{what}, nginx", None, unit="B/s"), folder, compare)


def against_nginx(bench, figure, folder, compare):
    figure.rival_name = "nginx, the same as a file"
    if nginx_program() is None:
        figure.problem = "not measured: nginx is not there (tools/setup peers)"
        return figure
    with Nginx(folder, min(2, bench.cores)) as nginx:
        compare(figure, nginx.port, "/answer")
    return figure


def against_beast(bench, figure, body, compare):
    figure.rival_name = "bare Beast, the same in chunks from memory"
    fields = body.parent.parent / "fields"
    fields.write_text("Content-Type: application/json\n")
    program = bench.programs.bench / "callstream_bench_baseline"
    with Background(program, "--chunked", body, fields, bench.cores) as beast:
        compare(figure, beast.port, "/")
    return figure
