"""No file can crash, hang or silently shorten the server: damage, foreign indexes, changes."""

import os
import random
import shutil
import sys
import unittest

import hostile
import support
from hostile import FACTOR, outcome, problems
from support import SANITIZED, FolderTest, Server, calls_path, simple_panel, walk

RECORDS = 400


def say(text):
    print(text, file=sys.stderr)


class damaged_files(FolderTest):
    """Copies of one file, each damaged differently, behind one server."""

    def setUp(self):
        super().setUp()
        self.whole = {}
        for ending in ("vcf.gz", "bcf"):
            path = self.folder.parent / f"whole.{ending}"
            simple_panel(path, RECORDS)
            packed = hostile.bgzf(hostile.gunzip(path.read_bytes()), 2000)
            path.write_bytes(packed)
            self.whole[ending] = packed
        self.expected = [row[1][1] for row in support.expected_calls(path)]
        self.assertEqual(len(self.expected), RECORDS)

    def judge(self, server, names):
        """Counts how the answers of these files end; a whole one must be right."""
        counts = {"whole": 0, "cut": 0, "refused": 0, "refused in /ready": 0}
        named = problems(server)
        for name in names:
            if name in named:
                counts["refused in /ready"] += 1
                continue
            how, values = outcome(server, f"main~{name.split('.')[0]}~S1")
            if how == "whole":
                self.assertEqual(values, self.expected, name)
            counts[how] += 1
        return counts

    def write_all(self, ending, versions):
        names = []
        for number, data in enumerate(versions):
            names.append(f"d{ending[0]}{number}.{ending}")
            (self.folder / names[-1]).write_bytes(data)
        return names

    def test_a_truncated_file_is_refused_by_name(self):
        names = []
        for ending, data in self.whole.items():
            dice = random.Random(hostile.SEED)
            edges = random.Random(hostile.SEED).sample(hostile.block_edges(data), 7)
            cuts = edges + [dice.randrange(len(data)) for _ in range(8 * FACTOR)]
            names += self.write_all(ending, [data[:size] for size in cuts])
        with Server(self.folder) as server:
            counts = self.judge(server, names)
        say(f"truncated files: {counts}")
        self.assertEqual(counts["refused in /ready"], len(names))

    def test_a_flipped_byte_shortens_no_answer(self):
        names = []
        for ending, data in self.whole.items():
            names += self.write_all(ending, hostile.flips(data, (20 if SANITIZED else 60) * FACTOR))
        for wait in (False, True):
            # Without waiting, some answers are read before the index pass has seen the damage.
            with Server(self.folder, wait=wait) as server:
                counts = self.judge(server, names)
            say(f"flipped bytes, {'after' if wait else 'during'} the index passes: {counts}")
            self.assertGreater(counts["whole"], 0)

    def test_a_flipped_index_changes_no_answer(self):
        names = []
        for ending, suffix in (("vcf.gz", ".csi"), ("vcf.gz", ".tbi"), ("bcf", ".csi")):
            path = self.folder.parent / f"whole.{ending}"
            support.run("bcftools", "index", "-f", "-t" if suffix == ".tbi" else "-c", path)
            index = path.with_name(path.name + suffix).read_bytes()
            for flipped in hostile.flips(index, (5 if SANITIZED else 25) * FACTOR):
                names.append(f"i{len(names)}.{ending}")
                (self.folder / names[-1]).write_bytes(self.whole[ending])
                (self.folder / (names[-1] + suffix)).write_bytes(flipped)
        for wait in (False, True):
            with Server(self.folder, wait=wait) as server:
                counts = self.judge(server, names)
                self.assertEqual(counts["whole"], len(names))
                for name in names[:: max(1, len(names) // 20)]:
                    self.assertEqual(len(walk(server, f"main~{name.split('.')[0]}~S0", 150)), RECORDS)
            say(f"flipped indexes, {'after' if wait else 'during'} the index passes: {counts}")

    def test_a_flipped_index_of_ours_is_made_again(self):
        self.write_all("bcf", [self.whole["bcf"]])
        state = self.folder.parent / "state"
        with Server(self.folder, state=state):
            pass
        sound = {path: path.read_bytes() for path in (state / "index").iterdir()}
        self.assertEqual({path.suffix for path in sound}, {".ord", ".sites", ".csi"})
        rounds = (1 if SANITIZED else 5) * FACTOR
        for path, data in sound.items():
            for flipped in hostile.flips(data, rounds):
                path.write_bytes(flipped)
                with Server(self.folder, state=state) as server:
                    self.assertEqual(outcome(server, "main~db0~S1"), ("whole", self.expected))
                    page = server.get(calls_path("main~db0~S1"), page=3, pageSize=100)
                    values = [call["genotypeValue"] for call in page["result"]["data"]]
                    self.assertEqual(values, self.expected[300:])
        say(f"indexes of ours: {rounds} flips in each of {len(sound)}, all answers right")


class foreign_indexes(FolderTest):
    def test_an_index_of_another_file_or_of_an_older_one_changes_no_answer(self):
        small = simple_panel(self.folder.parent / "small.vcf.gz", 7)
        large = simple_panel(self.folder.parent / "large.vcf.gz", 5000)
        for path in (small, large):
            support.run("bcftools", "index", path)
        by_file = {"small": (small, 7), "large": (large, 5000)}
        for name, (path, _) in by_file.items():
            other = large if path is small else small
            shutil.copy(path, self.folder / f"{name}-foreign.vcf.gz")
            shutil.copy(f"{other}.csi", self.folder / f"{name}-foreign.vcf.gz.csi")
            shutil.copy(path, self.folder / f"{name}-stale.vcf.gz")
            shutil.copy(f"{other}.csi", self.folder / f"{name}-stale.vcf.gz.csi")
            os.utime(self.folder / f"{name}-stale.vcf.gz.csi", (1, 1))
        state = self.folder.parent / "state"
        listing = support.run(support.PROGRAM, "ls", self.folder, "--state", state).decode()
        rows = {row.split("\t")[4]: row.split("\t")[2:4] for row in listing.splitlines()[1:]}
        # The index of the large file points behind the end of the small one; the other way round
        # nothing shows, and the number is shown until the index pass has counted.
        self.assertEqual(rows["small-foreign.vcf.gz"], ["?", "none"])
        self.assertEqual(rows["large-foreign.vcf.gz"], ["7", "csi"])
        self.assertEqual(rows["small-stale.vcf.gz"], ["?", "none"])
        self.assertEqual(rows["large-stale.vcf.gz"], ["?", "none"])
        for wait in (False, True):
            with Server(self.folder, state=state, wait=wait) as server:
                for name, (_, records) in by_file.items():
                    for kind in ("foreign", "stale"):
                        call_set = f"main~{name}-{kind}~S1"
                        how, values = outcome(server, call_set)
                        self.assertEqual((how, len(values)), ("whole", records), call_set)
                        server.wait_until_indexed()
                        self.assertEqual(len(walk(server, call_set, 1000)), records)
                self.assertEqual(problems(server), {})
        listing = support.run(support.PROGRAM, "ls", self.folder, "--state", state).decode()
        rows = {row.split("\t")[4]: row.split("\t")[2:4] for row in listing.splitlines()[1:]}
        for name, (_, records) in by_file.items():
            for kind in ("foreign", "stale"):
                self.assertEqual(rows[f"{name}-{kind}.vcf.gz"], [str(records), "ready"])


class a_removed_block(FolderTest):
    """A file that lost a block at record borders is a shorter file that is valid: nothing in it
    tells. What we know of the whole file must not be mixed with it."""

    RECORDS = 9000

    def blocks(self, ending):
        """The content of a panel: its header, then 900 records a block."""
        path = simple_panel(self.folder.parent / f"whole.{ending}", self.RECORDS)
        if ending == "bcf":
            records = hostile.bcf_file(path).split_records()
        else:
            records = hostile.gunzip(path.read_bytes()).splitlines(keepends=True)
        first = len(records) - self.RECORDS
        pieces = [b"".join(records[:first])]
        return pieces + [b"".join(records[i : i + 900]) for i in range(first, len(records), 900)]

    def test_is_a_new_file_to_which_nothing_kept_belongs(self):
        for ending in ("vcf.gz", "bcf"):
            with self.subTest(ending):
                blocks = [hostile.bgzf_block(block) for block in self.blocks(ending)]
                path = self.folder / f"p.{ending}"
                state = self.folder.parent / f"state-{ending}"
                path.write_bytes(b"".join(blocks) + hostile.END)
                with Server(self.folder, state=state) as server:
                    page = server.get(calls_path("main~p~S1"), pageSize=2000)
                    token = page["metadata"]["pagination"]["nextPageToken"]
                del blocks[5]
                path.write_bytes(b"".join(blocks) + hostile.END)
                with Server(self.folder, state=state) as server:
                    self.assertEqual(len(walk(server, "main~p~S1", 4000)), 8100)
                    status, text = server.error(calls_path("main~p~S1"), pageSize=9, pageToken=token)
                    self.assertEqual(status, 400, text)
                path.unlink()

    def test_that_leaves_no_trace_but_the_number_of_records_cuts_the_answer(self):
        # Empty blocks of the same size take its place, so that size, both ends and, where it is
        # put back, the time of the file are what they were.
        for ending in ("vcf.gz", "bcf"):
            for keep_time in (True, False):
                with self.subTest(ending, keep_time=keep_time):
                    blocks = [hostile.bgzf_block(block, 0) for block in self.blocks(ending)]
                    path = self.folder / f"p.{ending}"
                    state = self.folder.parent / f"state-{ending}-{keep_time}"
                    path.write_bytes(b"".join(blocks) + hostile.END)
                    with Server(self.folder, state=state):
                        before = path.stat()
                    blocks[5] = hostile.empty_blocks(len(blocks[5]))
                    with open(path, "r+b") as file:
                        file.write(b"".join(blocks) + hostile.END)
                    self.assertEqual(path.stat().st_size, before.st_size)
                    if keep_time:
                        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
                    with Server(self.folder, state=state) as server:
                        how, values = outcome(server, "main~p~S1")
                        if keep_time:
                            self.assertEqual(how, "cut")
                            self.assertIn("another number of records", server.log_text())
                        else:
                            self.assertEqual((how, len(values)), ("whole", 8100))
                            self.assertEqual(len(walk(server, "main~p~S1", 4000)), 8100)
                    path.unlink()


class files_that_change_under_an_answer(FolderTest):
    RECORDS = 40_000 if SANITIZED else 200_000

    def setUp(self):
        super().setUp()
        self.path = self.folder / "p.vcf.gz"
        simple_panel(self.path, self.RECORDS)
        # Two files of one size whose genotypes differ everywhere.
        text = hostile.gunzip(self.path.read_bytes())
        self.data = hostile.bgzf(text, level=0)
        self.other = hostile.bgzf(text.replace(b"0|1", b"1|1").replace(b"0|0", b"1|0"), level=0)
        self.assertEqual(len(self.data), len(self.other))
        self.path.write_bytes(self.data)

    def answer_over(self, change):
        """Begins an answer, changes the file, reads on: how that ended, and what a new answer is."""
        with Server(self.folder) as server:
            connection = server.connect(timeout=60)
            headers = {"Accept": "application/x-ndjson"}
            connection.request("GET", calls_path("main~p~S1"), headers=headers)
            answer = connection.getresponse()
            begun = answer.read(1000)
            change()
            try:
                body = begun + answer.read()
                how = "whole" if b'{"complete":true,"count":%d}' % self.RECORDS in body else "wrong"
            except Exception as problem:
                self.assertIn(type(problem).__name__, ("IncompleteRead", "ConnectionResetError"))
                self.wait_for(lambda: "answer cut" in server.log_text())
                how = "cut"
            connection.close()
            after = outcome(server, "main~p~S1")
            self.assertEqual(server.request("/health")[0], 200)
            return how, after

    def test_overwriting_in_place_cuts_it_and_the_next_is_of_the_new_bytes(self):
        def overwrite():
            with open(self.path, "r+b") as file:
                file.write(self.other)

        how, (after, values) = self.answer_over(overwrite)
        self.assertEqual((how, after), ("cut", "whole"))
        self.assertEqual((set(values), len(values)), ({"1|1"}, self.RECORDS))

    def test_deleting_lets_it_end(self):
        how, after = self.answer_over(self.path.unlink)
        self.assertEqual((how, after), ("whole", ("refused", 404)))

    def test_emptying_cuts_it(self):
        how, after = self.answer_over(lambda: os.truncate(self.path, 0))
        self.assertEqual((how, after), ("cut", ("refused", 404)))

    def test_appending_cuts_it(self):
        def append():
            with open(self.path, "ab") as file:
                file.write(hostile.bgzf(b""))

        how, (after, values) = self.answer_over(append)
        self.assertEqual((how, after, len(values)), ("cut", "whole", self.RECORDS))

    def test_a_token_of_the_old_bytes_is_refused(self):
        with Server(self.folder) as server:
            page = server.get(calls_path("main~p~S1"), pageSize=self.RECORDS // 2)
            token = page["metadata"]["pagination"]["nextPageToken"]
            with open(self.path, "r+b") as file:
                file.write(self.other)
            server.request(calls_path("main~p~S1"))
            server.wait_until_indexed()
            status, text = server.error(calls_path("main~p~S1"), pageToken=token)
            self.assertEqual(status, 400, text)


if __name__ == "__main__":
    unittest.main()
