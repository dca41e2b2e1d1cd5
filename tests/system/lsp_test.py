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


class Editor:
    """Speaks to one server; reads what it publishes."""

    def __init__(self):
        self.process = subprocess.Popen([paths.BINARY, "lsp", "--stdio"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.next_id = 0
        self.published = {}

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
    """The findings that `vigla check` prints about a file."""
    done = subprocess.run([paths.BINARY, "check", path], capture_output=True, text=True)
    return done.stderr


class LspTest(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vigla-lsp-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.editor = Editor()
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
        self.path.write_text("pack: saved\nversion: 1\n")
        packs = sorted(BROKEN.glob("*.yaml"))
        self.assertGreater(len(packs), 20)
        for broken in packs:
            try:
                text = broken.read_text()
            except UnicodeDecodeError:
                continue
            uri = self.editor.open(self.path, text)
            shown = self.editor.published[uri]
            self.path.write_bytes(text.encode())
            printed = checked(self.path)
            self.path.write_text("pack: saved\nversion: 1\n")
            for finding in shown:
                self.assertIn(finding["data"]["text"], printed, broken.name)
            if shown:
                errors = sum(finding["severity"] == 1 for finding in shown)
                # Beyond the loader's findings, check has those of the pack's tests.
                self.assertGreaterEqual(printed.count("error["), errors)
                self.assertGreater(len(printed), 0)
            self.editor.tell("textDocument/didClose", textDocument={"uri": uri})
            self.editor.keep(self.editor.receive())
            self.assertEqual(self.editor.published[uri], [])

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
