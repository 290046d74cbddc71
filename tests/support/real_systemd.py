"""A systemd of its own: booted in namespaces on a copy of this machine that forgets everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

PATIENCE = 60.0
UNDONE = 77
"""How the boot ends where this machine lets nobody make such a world."""

# In order: an overlay over all there is, the program where any user may read it, none of the units
# that touch the kernel which this machine has in common with it.
_BOOT = f"""
set -e
(
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1"/up "$1"/work "$1"/new
mount -t overlay overlay -o lowerdir=/,upperdir="$1"/up,workdir="$1"/work "$1"/new
) || exit {UNDONE}
new=$1/new
mkdir -p $new/run $new/tmp $new/opt/packages $new/opt/source $new/old
mount --bind "$2" $new/opt/packages
mount --bind "$3" $new/opt/source
(
mount -t proc proc $new/proc
mount -t sysfs sysfs $new/sys
mount -t tmpfs tmpfs $new/sys/fs/cgroup
mount -t cgroup2 cgroup2 $new/sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs $new/dev
mkdir $new/dev/pts $new/dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts $new/dev/pts
mount -t tmpfs -o mode=1777 tmpfs $new/dev/shm
ln -s pts/ptmx $new/dev/ptmx
for node in null zero full random urandom tty; do
  touch $new/dev/$node
  mount --bind /dev/$node $new/dev/$node
done
) || exit {UNDONE}
mount -t tmpfs -o mode=755 tmpfs $new/run
mount -t tmpfs -o mode=1777 tmpfs $new/tmp
for unit in systemd-sysctl systemd-modules-load systemd-binfmt systemd-remount-fs \\
    systemd-tmpfiles-setup-dev systemd-udevd systemd-udev-trigger kmod-static-nodes \\
    systemd-random-seed systemd-pstore systemd-update-utmp; do
  ln -sf /dev/null $new/etc/systemd/system/$unit.service
done
for unit in proc-sys-fs-binfmt_misc.automount sys-kernel-debug.mount sys-kernel-tracing.mount \\
    sys-kernel-config.mount sys-fs-fuse-connections.mount dev-hugepages.mount dev-mqueue.mount; do
  ln -sf /dev/null $new/etc/systemd/system/$unit
done
ip link set lo up
cd $new
pivot_root . old
umount -l /old
# As on a real machine: what a unit's credentials are handed over by.
mount --make-rshared /
exec env -i container=trial PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
    SYSTEMD_PROC_CMDLINE=systemd.unified_cgroup_hierarchy=1 \\
    /lib/systemd/systemd --system --unit=basic.target --log-target=null
"""
_SCRIPT = """#!/opt/kstar-tui/bin/python
import sys
from kstar_tui.entry import main
sys.exit(main())
"""
PROGRAM = "/opt/kstar-tui/bin/kstar-tui"


def missing() -> str | None:
    """Why there can be none here; None where it is worth a try."""
    if os.geteuid() != 0:
        return "only root can boot a systemd in namespaces"
    for program in ("unshare", "nsenter", "systemctl", "ip"):
        if shutil.which(program) is None:
            return f"there is no {program}"
    return None if Path("/lib/systemd/systemd").exists() else "there is no systemd"


T = TypeVar("T")
_UP = ("running", "degraded")


class Ran(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


def seen_by(process: int | str, path: str) -> Path:
    """What a process sees at a path."""
    return Path("/proc", str(process), "root", path.removeprefix("/"))


class NoSystemdError(Exception):
    """This machine does not let a systemd be booted."""


class RealSystemd:
    """Use as a context manager; NoSystemdError on entry. The program is at PROGRAM in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        package = Path(__file__).resolve().parent.parent.parent
        packages = Path(sys.prefix, "lib", f"python3.{sys.version_info.minor}", "site-packages")
        namespaces = ("--pid", "--mount", "--cgroup", "--uts", "--ipc", "--net")
        words = ("boot", self._folder, packages, package)
        self._process = subprocess.Popen(
            ["unshare", "--fork", "--kill-child", *namespaces, "bash", "-c", _BOOT, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            self._pid = self.until(self._booted)
            self.until(lambda: self.run("systemctl", "is-system-running").out in _UP)
            self._install()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def run(self, *command: str, check: bool = False) -> Ran:
        """Run it there as root, with next to no environment."""
        done = subprocess.run(
            [*self._enter(), *command],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert not check or done.returncode == 0, (command, done.stdout, done.stderr)
        return Ran(done.returncode, done.stdout.strip(), done.stderr.strip())

    def start(self, *command: str) -> None:
        """Have it run there until the end."""
        subprocess.Popen(
            [*self._enter(), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def until(self, found: Callable[[], T | None], seconds: float = PATIENCE) -> T:
        """Ask until there is something."""
        deadline = time.monotonic() + seconds
        while not (something := found()):
            assert time.monotonic() < deadline, f"{found} found nothing"
            time.sleep(0.1)
        return something

    def _enter(self) -> list[str]:
        plain = ("env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=/")
        return ["nsenter", "-t", str(self._pid), "-a", *plain]

    def _booted(self) -> int | None:
        if self._process.poll() is not None:
            _, said = self._process.communicate()
            if self._process.returncode == UNDONE:
                raise NoSystemdError(said.strip())
            raise AssertionError(f"the boot ended with {self._process.returncode}: {said}")
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        for child in map(int, children.split()):
            # Before that it is the shell that prepares its world.
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return child
        return None

    def _install(self) -> None:
        """The program, as `python3 -m venv` and pip would put it there."""
        python = f"{sys.base_prefix}/bin/python3.{sys.version_info.minor}"
        self.run(python, "-m", "venv", "--without-pip", "/opt/kstar-tui", check=True)
        library = seen_by(self._pid, "/opt/kstar-tui/lib")
        (site,) = library.glob("python3*/site-packages")
        (site / "trial.pth").write_text("/opt/source\n/opt/packages\n")
        script = seen_by(self._pid, PROGRAM)
        script.write_text(_SCRIPT)
        script.chmod(0o755)
        self.run(PROGRAM, "--version", check=True)
