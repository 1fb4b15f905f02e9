"""When what clients write of call sets shows: at once in the process that took it, and soon in all others."""

import concurrent.futures
import json
import os
import time
import unittest

from support import FolderTest, Server, call_set_id, simple_panel

JSON = {"Content-Type": "application/json"}
CONNECTIONS = 8
OTHERS_KNOW_AFTER_S = 0.1  # as ARCHITECTURE.md says


class what_clients_write(FolderTest):
    def setUp(self):
        super().setUp()
        simple_panel(self.folder / "panel.vcf.gz", 5, samples=CONNECTIONS)
        self.state = self.folder.parent / "state"

    @staticmethod
    def path(sample):
        return f"/brapi/v2/callsets/{call_set_id('main', 'panel', f'S{sample}')}"

    @staticmethod
    def ask(connection, path, note=None):
        """The note that the call set shows, after writing one, and how many warnings came with it."""
        if note is None:
            connection.request("GET", path)
        else:
            connection.request("PUT", path, json.dumps({"additionalInfo": {"note": note}}), JSON)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        shown = json.loads(body)
        return shown["result"]["additionalInfo"].get("note"), len(shown["metadata"]["status"]) - 1

    def test_shows_in_the_next_request_of_every_connection(self):
        with Server(self.folder) as server, concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
            connections = [server.connect() for _ in range(CONNECTIONS)]
            for number in range(40):
                writer = connections[number % CONNECTIONS]
                self.assertEqual(self.ask(writer, self.path(0), f"note {number}"), (f"note {number}", 0))
                shown = pool.map(lambda c: [self.ask(c, self.path(0)) for _ in range(3)], connections)
                self.assertEqual(list(shown), [[(f"note {number}", 0)] * 3] * CONNECTIONS)
            for connection in connections:
                connection.close()

    def test_shows_whoever_else_writes(self):
        def write(server, sample):
            connection = server.connect()
            for number in range(30):
                note = f"{sample} {number}"
                self.ask(connection, self.path(sample), note)
                self.assertEqual(self.ask(connection, self.path(sample)), (note, 0))
            connection.close()

        with Server(self.folder) as server, concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
            for done in [pool.submit(write, server, sample) for sample in range(CONNECTIONS)]:
                done.result()

    def test_shows_in_another_process_a_tenth_of_a_second_later(self):
        with Server(self.folder, state=self.state) as one, Server(self.folder, state=self.state) as other:
            writer, reader = one.connect(), other.connect()
            for number in range(10):
                self.ask(reader, self.path(1))  # it has just looked
                self.ask(writer, self.path(1), f"note {number}")
                time.sleep(OTHERS_KNOW_AFTER_S)
                self.assertEqual(self.ask(reader, self.path(1)), (f"note {number}", 0))
            writer.close()
            reader.close()

    def test_is_told_to_be_missing_while_the_store_is_broken(self):
        with Server(self.folder, state=self.state) as server:
            connection = server.connect()
            self.ask(connection, self.path(2), "a note")
            connection.close()
        store = self.state / "store.db"
        whole = store.read_bytes()
        store.write_bytes(b"not a database\n" * 5000)
        with Server(self.folder, state=self.state) as server:
            connection = server.connect()
            for _ in range(3):
                self.assertEqual(self.ask(connection, self.path(2)), (None, 1))
            sound = self.state / "sound"
            sound.write_bytes(whole)
            os.replace(sound, store)
            self.assertEqual(self.ask(connection, self.path(2)), ("a note", 0))
            connection.close()


if __name__ == "__main__":
    unittest.main()
