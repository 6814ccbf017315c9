#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-terminal.py DERMA_LIVE DERMA_RECORD: the keys that are typed into the terminal, and how it is left behind."""
import fcntl
import glob
import json
import os
import pty
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import tap  # noqa: E402

LIVE = os.path.realpath(sys.argv.pop(1))
RECORD = os.path.realpath(sys.argv.pop(1))
READING = "   malignant "  # in the line of each
PATIENCE = 120  # seconds: what must come has come long before, but under a sanitizer


class Session:
    """A program on the phantom, in a terminal of its own."""

    def __init__(self, folder, *arguments, command=(LIVE, "--input", "phantom"), stdout=None):
        self.master, slave = pty.openpty()
        self.slave = slave
        self.before = termios.tcgetattr(slave)
        self.said = ""
        environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        self.child = subprocess.Popen([*command, *arguments], cwd=folder, env=environment, stdin=slave,
                                      stdout=stdout or slave, stderr=slave, start_new_session=True,
                                      preexec_fn=lambda: self.take_over(slave))

    @staticmethod
    def take_over(slave):
        """What the tests are run by may have chosen not to hear some signals, as a shell does for what it runs beside it."""
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM, signal.SIGUSR1, signal.SIGXCPU, signal.SIGTSTP):
            signal.signal(number, signal.SIG_DFL)

    def type(self, keys):
        os.write(self.master, keys.encode())

    def wait_for(self, text, count=1):
        end = time.monotonic() + PATIENCE
        while self.said.count(text) < count:
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} did not come in: {self.said}")
            self.read(1)

    def snap(self, text):
        """Types s until a snapshot is told: before the first picture there is none to be taken."""
        end = time.monotonic() + PATIENCE
        while text not in self.said:
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} did not come in: {self.said}")
            self.type("s")
            self.read(1)

    def is_raw(self):
        return not termios.tcgetattr(self.slave)[3] & (termios.ICANON | termios.ECHO)

    def is_restored(self):
        return termios.tcgetattr(self.slave) == self.before

    def end(self):
        """Its exit status; what it says is read so that it can end, and to the last word."""
        end = time.monotonic() + PATIENCE
        while self.child.poll() is None and time.monotonic() < end:
            self.read(0.1)
        status = self.child.wait(timeout=1)
        while self.read(0):
            pass
        # What a program has written comes before what is written after it.
        os.write(self.slave, b"<end>")
        self.wait_for("<end>")
        return status

    def read(self, seconds):
        """Whether something came in."""
        ready = bool(select.select([self.master], [], [], seconds)[0])
        if ready:
            self.said += os.read(self.master, 65536).decode(errors="replace")
        return ready

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.master)
        os.close(self.slave)


class Terminal(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def start(self, *arguments, **options):
        session = Session(self.folder.name, *arguments, **options)
        self.addCleanup(session.close)
        session.wait_for("Keys: ")
        session.wait_for(READING)
        return session

    def pictures(self, folder="derma-snapshots"):
        return sorted(glob.glob(os.path.join(self.folder.name, folder, "*.jpg")))

    def test_keys(self):
        session = self.start()
        self.assertTrue(session.is_raw())
        told = "snapshot derma-snapshots/derma-"
        session.snap(told)
        session.type(" ")
        session.wait_for("frozen")
        session.type("s")
        session.wait_for(told, session.said.count(told) + 1)
        session.type(" ")
        session.wait_for("live again")
        session.type("o")
        session.wait_for("the reading is hidden")
        session.type("O")
        session.wait_for("the reading is shown")
        session.type("f")
        session.wait_for("frames/s  lesion ")
        session.type("f")
        session.wait_for("frames per second are hidden")
        session.type("?")
        session.wait_for("Keys: ", 2)
        session.type("q")
        self.assertEqual(session.end(), 0, session.said)
        self.assertTrue(session.is_restored())
        # The sharpest frame of the last second may have come before there was a reading to paint on it.
        snapshots = session.said.count(told)
        self.assertIn(len(self.pictures()), range(snapshots, 2 * snapshots + 1), session.said)
        self.assertIn("frames in", session.said)

    def test_record(self):
        """A snapshot lies beside the recording, is an event of its sidecar, and has a chapter."""
        session = self.start("--output", "r.mkv", command=(RECORD, "--input", "phantom"))
        session.type("xo ")
        session.snap("snapshot ./derma-")
        session.type("hq")
        self.assertEqual(session.end(), 0, session.said)
        self.assertIn("Keys: s takes", session.said)
        self.assertTrue(session.is_restored())
        with open(os.path.join(self.folder.name, "r.jsonl"), encoding="utf-8") as lines:
            events = [e for e in map(json.loads, lines) if e.get("event") == "snapshot"]
        self.assertGreater(len(events), 0)
        for event in events:
            self.assertIn(os.path.join(self.folder.name, event["file"]), self.pictures(""))
        if shutil.which("ffprobe") and shutil.which("mkvpropedit"):
            chapters = subprocess.run(["ffprobe", "-v", "error", "-show_chapters", "-of", "json", "r.mkv"], cwd=self.folder.name,
                                      capture_output=True, check=True).stdout
            titles = [c["tags"]["title"] for c in json.loads(chapters)["chapters"]]
            self.assertTrue(any(t.startswith("Snapshot") for t in titles), titles)

    def test_other_keys(self):
        session = self.start()
        session.type("xX1\t\033[A\033OP\x01\xff ")
        session.wait_for("frozen")
        self.assertFalse(os.path.exists(os.path.join(self.folder.name, "derma-snapshots")))
        session.type("q")
        self.assertEqual(session.end(), 0)

    def test_many_at_once(self):
        session = self.start("--snapshots", "elsewhere")
        session.snap("snapshot elsewhere/derma-")
        session.type("s" * 30 + "q")
        self.assertEqual(session.end(), 0)
        self.assertGreaterEqual(len(self.pictures("elsewhere")), 2)
        self.assertEqual(self.pictures(), [])

    def test_snapshots_nowhere(self):
        open(os.path.join(self.folder.name, "file"), "w").close()
        session = self.start("--snapshots", "file/inside")
        session.snap("live: file/inside: cannot be created: ")
        session.type("q")
        self.assertEqual(session.end(), 0)

    def test_signals(self):
        """Those that end the stream, and some that end the program at once."""
        for number, status in ((signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGHUP, 0),
                               (signal.SIGQUIT, -signal.SIGQUIT), (signal.SIGUSR1, -signal.SIGUSR1),
                               (signal.SIGXCPU, -signal.SIGXCPU)):
            with self.subTest(signal=number):
                session = self.start()
                self.assertTrue(session.is_raw())
                session.child.send_signal(number)
                self.assertEqual(session.end(), status)
                self.assertTrue(session.is_restored())

    def test_stop_and_go_on(self):
        """Nobody could make a program in a terminal of its own go on, so that the system does not stop it."""
        session = self.start()
        session.child.send_signal(signal.SIGTSTP)
        session.child.send_signal(signal.SIGCONT)
        session.type(" ")
        session.wait_for("frozen")
        self.assertTrue(session.is_raw())
        session.type("q")
        self.assertEqual(session.end(), 0)
        self.assertTrue(session.is_restored())

    def start_in_shell(self):
        """In a shell that can stop programs and make them go on; and the program's process."""
        session = Session(self.folder.name, command=("bash", "--norc", "--noprofile", "--noediting", "-i"))
        self.addCleanup(session.close)
        session.type(f"{shlex.quote(LIVE)} --input phantom\n")
        session.wait_for(READING)
        shell = session.child.pid
        with open(f"/proc/{shell}/task/{shell}/children", encoding="ascii") as file:
            pid = int(file.read())
        self.addCleanup(self.kill, pid)
        return session, pid

    @staticmethod
    def kill(pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def test_background(self):
        """What is typed for another program does not stop it, nor does the end, which leaves the terminal alone."""
        session, pid = self.start_in_shell()
        session.type("\x1a")
        session.wait_for("Stopped")
        # Only what a program itself says shows that it has the terminal, and hears what is typed for it.
        session.type("bg; sh -c 'echo be\"\"gun; sleep 1000'\n")
        session.wait_for("begun")
        session.type("typed\n")
        session.wait_for("typed\r\n")
        os.kill(pid, signal.SIGTERM)
        session.wait_for(" frames in ")
        session.type("\x03")
        session.type("wait\n")
        session.wait_for("Done")

    def test_background_and_back(self):
        session, _ = self.start_in_shell()
        session.type("\x1a")
        session.wait_for("Stopped")
        session.type("bg; read line\n")
        session.type("typed\n")
        session.type("fg; echo code=$?\n")
        session.wait_for("code=$?")
        session.type(" ")
        session.wait_for("frozen")
        self.assertTrue(session.is_raw())
        session.type("q")
        session.wait_for("code=0")

    def test_nobody_reads_any_more(self):
        """What it says goes to a program that has ended, as head does."""
        reader, writer = os.pipe()
        session = Session(self.folder.name, stdout=writer)
        self.addCleanup(session.close)
        os.close(writer)
        said = b""
        while READING.encode() not in said:
            part = os.read(reader, 4096)
            self.assertTrue(part, said)
            said += part
        self.assertTrue(session.is_raw())
        os.close(reader)
        session.type("h")
        self.assertEqual(session.end(), -signal.SIGPIPE)
        self.assertTrue(session.is_restored())

    def test_failure(self):
        """A stream that fails leaves the terminal as it was."""
        session = Session(self.folder.name, "--model", "nowhere.onnx")
        self.addCleanup(session.close)
        self.assertEqual(session.end(), 1)
        self.assertTrue(session.is_restored())

    def test_no_terminal(self):
        """Input from elsewhere is not taken for keys."""
        done = subprocess.run([LIVE, "--input", "phantom", "--no-display", "--seconds", "0.3"], input="qqqq", text=True,
                              capture_output=True, cwd=self.folder.name, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("Keys", done.stdout)
        self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    tap.main()
