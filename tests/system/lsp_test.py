"""The language server over stdio, as an editor drives it."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import paths

EXAMPLE = paths.ROOT / "tests/golden/packs/structuring_example.yaml"
BROKEN = paths.ROOT / "tests/golden/broken-packs"
TODAY = "2026-07-01"  # exceptions of the broken packs end, and reviews are overdue


class Editor:
    """Speaks to one server; reads what it publishes."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [paths.BINARY, "lsp", "--stdio", *arguments], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.next_id = 0
        self.published = {}
        self.shown = []

    def send(self, message, cut=None):
        body = json.dumps(message).encode()
        framed = b"Content-Length: %d\r\n\r\n" % len(body) + body
        for at in range(0, len(framed), cut or len(framed)):
            self.process.stdin.write(framed[at:at + (cut or len(framed))])
            self.process.stdin.flush()

    def receive(self):
        length = None
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, **params):
        self.next_id += 1
        self.send({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == self.next_id:
                return message
            self.keep(message)

    def keep(self, message):
        if message["method"] == "window/showMessage":
            self.shown.append(message["params"])
            return
        assert message["method"] == "textDocument/publishDiagnostics", message
        self.published[message["params"]["uri"]] = message["params"]["diagnostics"]

    def tell(self, method, cut=None, **params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params}, cut)

    def open(self, path, text):
        uri = pathlib.Path(path).as_uri()
        self.tell("textDocument/didOpen", textDocument={
            "uri": uri, "languageId": "yaml", "version": 1, "text": text})
        self.keep(self.receive())
        return uri

    def change(self, uri, *changes):
        self.tell("textDocument/didChange", textDocument={"uri": uri, "version": 2},
                  contentChanges=list(changes))
        self.keep(self.receive())

    def at(self, method, uri, text, place):
        """Asks about the first occurrence of `place`, at its `^`."""
        offset = text.index(place.replace("^", "")) + place.index("^")
        before = text[:offset]
        line = before.count("\n")
        units = len(before[before.rfind("\n") + 1:].encode("utf-16-le")) // 2
        return self.ask(method, textDocument={"uri": uri},
                        position={"line": line, "character": units})["result"]


def checked(path):
    """What `vigla check` prints about a file and its tests on that day."""
    done = subprocess.run([paths.BINARY, "check", path, "--today", TODAY], capture_output=True,
                          text=True)
    return done.stderr


def as_printed(published):
    """What the editor shows, in the words and the order of `vigla check`."""
    found = [finding for uri in sorted(published) for finding in published[uri]]
    if not found:
        return ""
    count = lambda severity: sum(finding["severity"] == severity for finding in found)
    return ("".join(finding["data"]["text"] + "\n" for finding in found) +
            f"{count(1)} error(s), {count(2)} warning(s)\n")


class LspTest(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-lsp-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.editor = Editor("--today", TODAY)
        self.addCleanup(self.end)
        answer = self.editor.ask("initialize", processId=None, capabilities={}, rootUri=None)
        self.assertEqual(answer["result"]["capabilities"]["positionEncoding"], "utf-16")
        self.editor.tell("initialized")
        shutil.copytree(EXAMPLE.parent / "lists", self.folder / "lists")
        self.path = self.folder / "pack.yaml"
        self.text = EXAMPLE.read_text()

    def end(self):
        process = self.editor.process
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()

    def test_findings_are_those_of_check_before_the_text_is_saved(self):
        packs = sorted(BROKEN.glob("*.yaml"))
        self.assertGreater(len(packs), 200)
        codes = set()
        for broken in packs:
            try:
                text = broken.read_text()
            except UnicodeDecodeError:
                continue
            self.path.write_text("pack: saved\nversion: 1\n")
            uri = self.editor.open(self.path, text)
            self.editor.ask("textDocument/documentSymbol", textDocument={"uri": uri})
            self.path.write_bytes(text.encode())
            self.assertEqual(as_printed(self.editor.published), checked(self.path), broken.name)
            codes |= {finding["code"] for each in self.editor.published.values()
                      for finding in each}
            self.editor.tell("textDocument/didClose", textDocument={"uri": uri})
            self.editor.ask("nothing")
            self.assertEqual(set(map(len, self.editor.published.values())), {0})
        # Of conditions, of tests, and of the day.
        self.assertLessEqual({"VG2103", "VG6001", "VG5015", "VG5002", "VG5012", "VG5006"}, codes)

    def test_packs_and_the_tests_beside_them_are_one(self):
        for name in ("tests_beside", "list_file_with_a_bad_item"):
            folder = self.folder / name
            shutil.copytree(BROKEN / name, folder)
            texts = {path: path.read_text() for path in sorted(folder.glob("*.yaml"))}
            pack = next(path for path in texts if not path.name.endswith(".test.yaml"))
            printed = checked(pack)
            self.assertNotEqual(printed, "")
            for path in texts:
                path.write_text("pack: saved\nversion: 1\n")
            for order in (texts, reversed(texts)):
                uris = []
                for path in order:
                    uris.append(self.editor.open(path, texts[path]))
                    self.editor.ask("nothing")
                self.assertEqual(as_printed(self.editor.published), printed)
                for uri in uris:
                    self.editor.tell("textDocument/didClose", textDocument={"uri": uri})
                self.editor.ask("nothing")
                self.assertEqual(as_printed({uri: self.editor.published[uri] for uri in uris}),
                                 "")
            self.editor.published = {}

    def test_what_tests_beside_a_pack_name_is_found_in_it(self):
        tests = self.folder / "pack.test.yaml"
        beside = self.text[self.text.index("tests:"):]
        self.path.write_text(self.text[:self.text.index("tests:")])
        uri = self.editor.open(tests, beside)
        target = self.editor.at("textDocument/definition", uri, beside,
                                "rule: structuring.ca^sh_pieces, values")
        self.assertEqual(target["uri"], self.path.as_uri())
        line = target["range"]["start"]["line"]
        self.assertEqual(self.text.split("\n")[line], "  - rule: structuring.cash_pieces")
        lenses = self.editor.ask("textDocument/codeLens", textDocument={"uri": uri})["result"]
        self.assertEqual(len(lenses), 3)
        ran = self.editor.ask("workspace/executeCommand", command="vigla.runTests",
                              arguments=[uri])["result"]
        self.assertEqual((ran["held"], ran["failed"]), (2, 0), ran["report"])

    def test_tests_are_run_from_the_text_as_it_is(self):
        uri = self.editor.open(self.path, self.text)
        lenses = self.editor.ask("textDocument/codeLens", textDocument={"uri": uri})["result"]
        self.assertEqual(lenses[0]["command"], {
            "title": "run tests", "command": "vigla.runTests", "arguments": [uri]})
        names = [line.split("name:")[1].strip() for line in self.text.splitlines()
                 if line.startswith("  - name:")]
        self.assertEqual([lens["command"]["arguments"][1] for lens in lenses[1:]], names)
        line = self.text.splitlines()[lenses[1]["range"]["start"]["line"]]
        self.assertIn(names[0], line)

        run = lambda lens: self.editor.ask("workspace/executeCommand", **{
            key: lens["command"][key] for key in ("command", "arguments")})["result"]
        every = run(lenses[0])
        self.assertEqual((every["held"], every["failed"]), (len(names), 0), every["report"])
        one = run(lenses[1])
        self.assertEqual((one["held"], one["failed"]), (1, 0), one["report"])
        # Never saved: the text alone knows that three pieces are no longer enough.
        changed = self.text.replace("{type: int,   value: 3,", "{type: int,   value: 9,")
        self.assertNotEqual(changed, self.text)
        self.editor.change(uri, {"text": changed})
        every = run(lenses[0])
        self.assertGreater(every["failed"], 0)
        self.editor.ask("nothing")
        self.assertIn("structuring.cash_pieces", self.editor.shown[-1]["message"])
        self.assertEqual([each["type"] for each in self.editor.shown], [3, 3, 1])
        self.assertFalse(self.path.exists())

    def test_typing_is_followed_and_mended(self):
        uri = self.editor.open(self.path, self.text)
        self.assertEqual([f for f in self.editor.published[uri] if f["severity"] == 1], [])
        line = next(i for i, text in enumerate(self.text.split("\n"))
                    if text.strip().startswith("cash_in && just_under"))
        # Beyond the basic plane before the place, so that units and code points part.
        place = {"line": line, "character": 6}
        self.editor.change(uri, {"range": {"start": place, "end": place},
                                 "text": "channel != '𝄞' && chanel == 'x' && "})
        found = [f for f in self.editor.published[uri] if "chanel" in f["message"]]
        self.assertEqual(len(found), 1)
        column = 6 + len("channel != '𝄞' && ".encode("utf-16-le")) // 2
        self.assertEqual(found[0]["range"], {
            "start": {"line": line, "character": column},
            "end": {"line": line, "character": column + len("chanel")}})
        fixes = self.editor.ask("textDocument/codeAction", textDocument={"uri": uri},
                                range=found[0]["range"], context={"diagnostics": found})["result"]
        edit = fixes[0]["edit"]["changes"][uri][0]
        self.assertEqual((edit["newText"], edit["range"]), ("channel", found[0]["range"]))
        self.editor.change(uri, {"range": edit["range"], "text": edit["newText"]})
        self.assertEqual([f for f in self.editor.published[uri] if f["severity"] == 1], [])
        self.editor.change(uri, {"text": "pack: ["})
        self.assertEqual(self.editor.published[uri][0]["severity"], 1)

    def test_words_inside_expressions(self):
        uri = self.editor.open(self.path, self.text)
        ask = lambda method, place: self.editor.at(method, uri, self.text, place)
        items = ask("textDocument/completion", "&& pieces_3d >= pi^eces")["items"]
        offered = {item["label"]: item for item in items}
        for name in ("pieces", "pieces_3d", "cash_in", "amount", "debtor.country", "known"):
            self.assertIn(name, offered)
        self.assertEqual(offered["pieces"]["textEdit"]["newText"], "pieces")
        self.assertIn("severity", {item["label"] for item in ask(
            "textDocument/completion", "    sever^ity: high")["items"]})
        kinds = ask("textDocument/completion", "kind == cash^_deposit")["items"]
        self.assertEqual(min(kinds, key=lambda item: item["sortText"])["detail"], "kind")
        hover = ask("textDocument/hover", "paid_in_3d > repo^rt_limit")["contents"]["value"]
        self.assertIn("10000 EUR", hover)
        hover = ask("textDocument/hover", "&& pai^d_in_3d")["contents"]["value"]
        self.assertIn("money (EUR)", hover)
        self.assertIn("over 3d", hover)
        target = ask("textDocument/definition", "      cash^_in && just_under\n")
        line = target["range"]["start"]["line"]
        self.assertTrue(self.text.split("\n")[line].startswith("  cash_in:"))
        target = ask("textDocument/definition", "if: account in cash^_businesses")
        line = target["range"]["start"]["line"]
        self.assertTrue(self.text.split("\n")[line].startswith("  cash_businesses:"))
        target = ask("textDocument/definition", "rule: structuring.ca^sh_pieces, values")
        line = target["range"]["start"]["line"]
        self.assertEqual(self.text.split("\n")[line], "  - rule: structuring.cash_pieces")
        hover = ask("textDocument/hover", "amou^nt >= report_limit")["contents"]["value"]
        self.assertIn("`amount`: money (EUR)", hover)
        hover = ask("textDocument/hover", "!kno^wn(usual_cash)")["contents"]["value"]
        self.assertIn("function `known`", hover)
        hole = ask("textDocument/completion", "{pieces^_3d} cash deposits")["items"]
        self.assertIn("paid_in_3d", {item["label"] for item in hole})
        symbols = self.editor.ask("textDocument/documentSymbol",
                                  textDocument={"uri": uri})["result"]
        names = [symbol["name"] for symbol in symbols]
        self.assertIn("structuring.cash_pieces", names)
        self.assertIn("usual_cash", names)

    def test_broken_messages_do_not_end_it(self):
        for message in ("nonsense", [], {"id": 1}, {"id": 7, "method": "nonsense"},
                        {"id": 8, "method": "textDocument/hover", "params": {"position": -1}}):
            self.editor.send(message)
            self.assertIn("error", self.editor.receive())
        self.editor.tell("textDocument/didChange", textDocument={"uri": "file:///no"})
        self.editor.tell("$/whatever", cut=3)
        answer = self.editor.ask("shutdown")
        self.assertIsNone(answer["result"])
        self.editor.tell("exit")
        self.assertEqual(self.editor.process.wait(10), 0)

    def test_a_stream_without_lengths_ends_it(self):
        self.editor.process.stdin.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.editor.process.stdin.flush()
        self.assertEqual(self.editor.process.wait(10), 65)


if __name__ == "__main__":
    unittest.main()
