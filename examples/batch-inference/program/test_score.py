"""Run by `npm run test:training`, or `python3 -m unittest` here. Python alone is enough."""

import io
import json
import os
import signal
import subprocess
import sys
import unittest

import score

WORK = "s3://out/runs/r/attempts/a/work/000000.jsonl"
FAILURES = "s3://out/failures/r/a/000000.jsonl"


class FakeS3:
    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects

    def get_object(self, Bucket: str, Key: str) -> dict:
        return {"Body": io.BytesIO(self.objects[f"s3://{Bucket}/{Key}"])}

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:
        self.objects[f"s3://{Bucket}/{Key}"] = Body


def work(**files: bytes) -> FakeS3:
    lines = [json.dumps({"input": f"s3://in/{name}", "etag": "", "output": f"s3://out/results/r/{name}.out"}) for name in files]
    return FakeS3({WORK: "\n".join(lines).encode(), **{f"s3://in/{name}": body for name, body in files.items()}})


class Scoring(unittest.TestCase):
    def test_each_input_has_its_output_where_the_list_says(self) -> None:
        s3 = work(a=b"amount\n1\n3\n", b=b"amount\n5\n")
        self.assertEqual(score.run(score.Objects(s3), WORK, FAILURES), 0)
        self.assertEqual(json.loads(s3.objects["s3://out/results/r/a.out"]), {"scores": [0.5, 1.5]})
        self.assertEqual(json.loads(s3.objects["s3://out/results/r/b.out"]), {"scores": [1.0]})
        self.assertNotIn(FAILURES, s3.objects)

    def test_an_input_that_is_unfit_has_a_word_and_stops_nobody(self) -> None:
        s3 = work(a=b"\xff", b=b"sum\n1\n", c=b"amount\nmany\n", d=b"amount\n", e=b"amount\n2\n")
        self.assertEqual(score.run(score.Objects(s3), WORK, FAILURES), 0)
        said = [json.loads(line) for line in s3.objects[FAILURES].splitlines()]
        self.assertEqual([line["reason"] for line in said], ["NOT_UTF8", "NO_AMOUNT_COLUMN", "AMOUNT_NOT_A_NUMBER", "NO_CLAIMS"])
        self.assertIn("s3://out/results/r/e.out", s3.objects)

    def test_twice_is_as_good_as_once(self) -> None:
        s3 = work(a=b"amount\n1\n3\n", b=b"sum\n")
        score.run(score.Objects(s3), WORK, FAILURES)
        first = dict(s3.objects)
        score.run(score.Objects(s3), WORK, FAILURES)
        self.assertEqual(s3.objects, first)

    def test_trouble_with_s3_is_no_unfit_input(self) -> None:
        s3 = work(a=b"amount\n1\n")
        del s3.objects["s3://in/a"]
        with self.assertRaises(KeyError):
            score.run(score.Objects(s3), WORK, FAILURES)

    def test_being_asked_to_stop_ends_with_the_one_code_that_batch_repeats(self) -> None:
        # a boto3 that never answers stands in for a slow bucket
        program = "import sys, types, time; fake = types.ModuleType('boto3')\n" \
            "class Client:\n def get_object(self, **_): print('waiting', flush=True); time.sleep(60)\n" \
            "fake.client = lambda *_, **__: Client(); sys.modules['boto3'] = fake\n" \
            f"import score; sys.argv = ['score', '--work', '{WORK}', '--failures', '{FAILURES}']; sys.exit(score.main())"
        folder = os.path.dirname(os.path.abspath(__file__))
        with subprocess.Popen([sys.executable, "-c", program], cwd=folder, stdout=subprocess.PIPE) as child:
            self.assertEqual(child.stdout.readline(), b"waiting\n")
            child.send_signal(signal.SIGTERM)
            self.assertEqual(child.wait(timeout=10), score.STOPPED)


if __name__ == "__main__":
    unittest.main()
