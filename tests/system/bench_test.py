"""What the benchmark makes of its measurements: percentiles, spreads, verdicts, and the page."""

import argparse
import contextlib
import copy
import html.parser
import io
import json
import math
import pathlib
import re
import sys
import tempfile
import unittest

import engine
import paths

sys.path.insert(0, str(paths.ROOT / "bench/system"))
import figures  # noqa: E402
import judge  # noqa: E402
import live_run  # noqa: E402
import page  # noqa: E402
import rule_packs  # noqa: E402
import svg_plot  # noqa: E402
import targets  # noqa: E402
import workload  # noqa: E402

RECORDED = paths.ROOT / "tests/golden/bench/results.json"
VOID = {"meta", "circle", "line", "path"}


def recorded():
    return json.loads(RECORDED.read_text(encoding="utf-8"))


class Reader(html.parser.HTMLParser):
    """The page as a browser would take it: its tags in balance, its texts, what it would fetch."""

    def __init__(self, text):
        super().__init__()
        self.open, self.faults, self.fetched, self.texts, self.tags = [], [], [], [], []
        self.feed(text)
        self.faults += self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.fetched += [value for name, value in attributes if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"/{tag}")

    def handle_data(self, data):
        self.texts.append(data)


class FiguresTest(unittest.TestCase):

    def test_a_percentile_is_the_nearest_rank(self):
        samples = list(range(10_000, 0, -1))
        self.assertEqual(figures.percentiles(samples),
                         {"p50": 5_000, "p90": 9_000, "p99": 9_900, "p99.9": 9_990, "max": 10_000})

    def test_a_percentile_needs_ten_samples_beyond(self):
        self.assertEqual(set(figures.percentiles(range(999))), {"p50", "p90", "max"})
        self.assertEqual(set(figures.percentiles(range(1_000))), {"p50", "p90", "p99", "max"})
        self.assertIn("p99.99", figures.percentiles(range(100_000)))
        self.assertEqual(figures.percentiles([7]), {"max": 7})
        self.assertEqual(figures.percentiles([]), {})

    def test_a_figure_is_five_rounds_within_a_tenth(self):
        self.assertEqual(figures.verdict([100, 101, 104, 109, 100]), "")
        self.assertEqual(figures.verdict([0, 0, 0, 0, 0]), "")
        self.assertIn("12% apart", figures.verdict([100, 100, 100, 100, 112]))
        self.assertIn("4 of 5 rounds", figures.verdict([100, 100, 100, 100]))
        self.assertNotEqual(figures.verdict([0, 0, 0, 0, 1]), "")

    def test_percentiles_of_a_histogram_lie_in_their_bucket(self):
        counts = {0.001: 9_000, 0.002: 9_990, 0.005: 9_999, math.inf: 10_000}
        found = judge.percentiles(counts)
        self.assertAlmostEqual(found["p50"], 1000 * 0.001 * 5_000 / 9_000)
        self.assertAlmostEqual(found["p90"], 1)
        self.assertAlmostEqual(found["p99.9"], 2)
        self.assertNotIn("p99.99", found)  # one sample lies beyond it
        # Beyond the last limit nothing is known but that.
        self.assertEqual(judge.percentiles({0.001: 0, math.inf: 100}), {})

    def test_a_curve_goes_as_far_as_its_samples(self):
        points = figures.curve(range(1_000))
        self.assertEqual(points, sorted(points))
        self.assertEqual(points[0], (0, 0))
        self.assertLessEqual(points[-1][0], 0.99)
        self.assertGreater(points[-1][0], 0.98)
        self.assertEqual(figures.curve([1, 2, 3]), [])


class WorkloadTest(unittest.TestCase):

    def test_padding_adds_bytes_and_nothing_else(self):
        plain = {"id": "t1", "amount": "12.50", "creditor": {"account": "DE1", "name": "x"}}
        for given in (plain, {**plain, "remittance": "Invoice 7"}):
            line = json.dumps(given, separators=(",", ":")).encode() + b"\n"
            padded = workload.padded(line, 400)
            self.assertEqual(len(padded), 400)
            self.assertTrue(padded.endswith(b"}\n"))
            record = json.loads(padded)
            self.assertEqual(set(record.pop("remittance")), {"x"})
            self.assertEqual(record, plain)

    def test_made_rules_load(self):
        with tempfile.TemporaryDirectory() as folder:
            mix, windows = pathlib.Path(folder, "mix"), pathlib.Path(folder, "windows")
            rule_packs.write_mix(mix, 600)
            rule_packs.write_windows(windows, "400d")
            self.assertIn("600 rules", self.checked(mix))
            self.assertIn("5 rules, 5 features", self.checked(windows))

    def checked(self, folder):
        done = engine.command("check", folder)
        return done.stdout + done.stderr


class LengthTest(unittest.TestCase):

    def test_a_length_within_the_warm_up_is_refused_with_a_reason(self):
        parser = argparse.ArgumentParser()
        live_run.add_length_option(parser)
        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as ended:
            live_run.demand_length(parser, parser.parse_args(["--length", "5"]))
        self.assertEqual(ended.exception.code, 2)
        self.assertIn("--length 5 is too short", said.getvalue())
        live_run.demand_length(parser, parser.parse_args(["--length", "6"]))

    def test_a_stream_that_ends_within_the_warm_up_is_refused_with_a_reason(self):
        options = argparse.Namespace(length=20, transactions=100_000)
        self.assertEqual(live_run.length(options, 1_000), 20)
        self.assertEqual(live_run.length(options, 10_000), 10)
        with self.assertRaisesRegex(RuntimeError, "too few: at 50,000 a second they last 2.0 sec"):
            live_run.length(options, 50_000)


class PlotTest(unittest.TestCase):

    def test_higher_is_above_and_all_is_inside(self):
        for y_log in (False, True):
            marks = [svg_plot.Mark(x, y * 0.9, y, y * 1.2, x > 1) for x, y in
                     ((1, 3), (10, 40), (100, 7_000))]
            svg = svg_plot.render(svg_plot.Plot("t", "x", "y", [svg_plot.Series("s", 1, marks)],
                                                [(1, "1"), (100, "100")], True, y_log,
                                                [svg_plot.Limit(8_000, "limit")]))
            dots = [(float(x), float(y)) for x, y in
                    re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)]
            self.assertEqual(dots, sorted(dots))
            self.assertEqual([y for _, y in dots], sorted((y for _, y in dots), reverse=True))
            self.assertEqual(svg.count("dot hollow"), 1)
            for end in re.findall(r'[xy][12]="([-\d.]+)"', svg):
                self.assertTrue(0 <= float(end) <= svg_plot.SMALL[0], svg)

    def test_ticks_reach_around_the_values(self):
        for low, high in ((0.3, 0.31), (1, 9_999), (5, 2_000_000)):
            ticks = svg_plot.log_ticks(low, high)
            self.assertTrue(ticks[0] <= low and high <= ticks[-1], (low, high, ticks))
        self.assertEqual(svg_plot.linear_ticks(97), [0, 20, 40, 60, 80, 100])
        self.assertEqual([svg_plot.short(value) for value in (0.25, 950, 5_000, 20_000, 1.5e6)],
                         ["0.25", "950", "5,000", "20 k", "1.5 M"])


class PageTest(unittest.TestCase):

    def test_it_is_sound_and_fetches_nothing(self):
        reader = Reader(page.render([recorded()]))
        self.assertEqual(reader.faults, [])
        self.assertEqual(reader.fetched, [])
        self.assertEqual(sum(tag == "svg" for tag, _ in reader.tags), 8)

    def test_it_says_what_was_reached(self):
        verdicts = {each.what: (each.verdict(), each.measured)
                    for each in targets.all_targets(page.merged([recorded()]))}
        costs = {point["value"]: point["summary"][targets.COST]["median"]
                 for point in recorded()["sweeps"]["rules"]["points"]}
        self.assertEqual(verdicts["CPU with 1,000 rules, of that with 20"],
                         ("missed ?", costs[1000] / costs[20]))
        self.assertEqual(verdicts["CPU with 10,000 rules, of that with 20"],
                         ("missed ?", costs[10_000] / costs[20]))
        self.assertEqual(verdicts["Ready after a kill under load"][0], "met ?")
        self.assertEqual(verdicts["State on disk, bytes an entry"], ("not measured", None))
        spread = recorded()["judge"]["summary"]["file"]["milliseconds"]["p99.9"]
        self.assertEqual(verdicts["p99.9 from received to verdict at half of the maximum, from a "
                                  "file"], ("missed ?", spread["median"]))
        rounds = recorded()["rounds"]
        ratio = figures.spread([each["kafka"]["records_per_second"]
                                / each["consume"]["records_per_second"]
                                for each in rounds])["median"]
        self.assertEqual(verdicts["Rate of librdkafka's consuming only"], ("missed ?", ratio))
        self.assertEqual(verdicts["Rate of Kafka Streams'"], ("not measured", None))
        self.assertEqual(verdicts["p99.9 at half of the maximum, commit every 20 ms"],
                         ("not measured", None))  # too few alerts
        text = page.render([recorded()])
        self.assertIn("missed ?", text)
        self.assertIn("too few", text)

    def test_a_figure_is_marked_as_one(self):
        result = recorded()
        self.assertNotIn('class="dot c', page.render([result]))
        for point in result["sweeps"]["rules"]["points"]:
            point["summary"][targets.COST]["verdict"] = ""
        text = page.render([result])
        self.assertEqual(text.count('class="dot c'), len(result["sweeps"]["rules"]["points"]))
        self.assertIn("missed</span>", text)

    def test_the_later_of_two_files_counts(self):
        later = copy.deepcopy(recorded())
        later["recovery"]["summary"][1]["ready_seconds"]["median"] = 9
        ready = next(each for each in targets.all_targets(page.merged([recorded(), later]))
                     if each.what == "Ready after a kill under load")
        self.assertEqual((ready.verdict(), ready.measured), ("missed ?", 9))

    def test_texts_cannot_break_out(self):
        result = recorded()
        result["machine"]["processor"] = "<script>alert(1)</script>"
        result["sweeps"]["rules"]["points"][0]["label"] = "<b>\"'&"
        reader = Reader(page.render([result]))
        self.assertEqual(reader.faults, [])
        self.assertFalse({"script", "b"} & {tag for tag, attributes in reader.tags
                                            if tag != "b" or attributes})
        self.assertIn("<script>alert(1)</script>", "".join(reader.texts))

    def test_nothing_measured_is_said(self):
        head = {name: recorded()[name] for name in ("began", "machine", "kafka")}
        self.assertEqual({each.verdict() for each in targets.all_targets(page.merged([head]))},
                         {"not measured"})
        self.assertEqual(Reader(page.render([head])).faults, [])


if __name__ == "__main__":
    unittest.main()
