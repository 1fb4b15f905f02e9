"""What a group that knows Python writes: an allele matrix over HTTP from one VCF or BCF, by cyvcf2 or by pysam,
behind FastAPI and uvicorn. Prints its port and ends when its standard input does.

usage: fastapi_matrix.py cyvcf2|pysam FILE"""

import itertools
import os
import socket
import sys
import threading

import fastapi
import uvicorn


def rows_by_cyvcf2(path):
    import cyvcf2

    for variant in cyvcf2.VCF(path):
        yield [
            f"{'.' if a < 0 else a}{'|' if phased else '/'}{'.' if b < 0 else b}"
            for a, b, phased in variant.genotypes
        ]


def rows_by_pysam(path):
    import pysam

    for record in pysam.VariantFile(path):
        row = []
        for sample in record.samples.values():
            between = "|" if sample.phased else "/"
            row.append(between.join("." if a is None else str(a) for a in sample["GT"]))
        yield row


def application(rows_of, path):
    app = fastapi.FastAPI()

    @app.get("/allelematrix")
    def matrix(variants: int = 1000):
        rows = [[cell if set(cell) - set("./|") else "." for cell in row] for row in itertools.islice(rows_of(path), variants)]
        return fastapi.responses.JSONResponse({"result": {"dataMatrices": [{"dataMatrix": rows}]}})

    return app


def main():
    rows_of = {"cyvcf2": rows_by_cyvcf2, "pysam": rows_by_pysam}[sys.argv[1]]
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(application(rows_of, sys.argv[2]), fd=listener.fileno(), log_level="critical")
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
