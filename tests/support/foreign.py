"""Programs of another machine, built by "make arm64" or "make armhf", run under qemu-user.

    arm = Foreign("arm64")
    arm.missing()             why it cannot be built or run here, or None
    arm.build()               the output of make
    arm.run("fieldvisitd", "--version")
    arm.bin_dir(folder)       a folder for House(bin_dir=...)
"""
import os
import shutil
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TRIPLES = {"arm64": "aarch64-linux-gnu", "armhf": "arm-linux-gnueabihf"}
QEMU = {"arm64": "qemu-aarch64", "armhf": "qemu-arm"}
PROGRAMS = ("fieldvisit", "fieldvisit-link", "fieldvisitd", "fieldvisit-verify")
NO_NETWORK = 69


class Foreign:
    def __init__(self, arch):
        self.arch = arch
        self.folder = os.path.join(TOP, "build", arch)
        self.qemu = [shutil.which(QEMU[arch]) or QEMU[arch], "-L", os.path.join(TOP, "build", "sysroot", arch)]

    def tool(self, name):
        return "%s-%s" % (TRIPLES[self.arch], name)

    def missing(self):
        """What is not here, as words; None: everything is.  Fetches the sysroot."""
        for program in (self.tool("gcc"), QEMU[self.arch], "apt-get", "dpkg-deb"):
            if not shutil.which(program):
                return "%s is not installed" % program
        r = subprocess.run([os.path.join(TOP, "toolchain", "sysroot"), self.arch], capture_output=True, text=True)
        if r.returncode == NO_NETWORK:
            return "the packages of %s cannot be fetched" % self.arch
        if r.returncode:
            raise RuntimeError("toolchain/sysroot %s: %s%s" % (self.arch, r.stdout, r.stderr))
        return None

    def build(self):
        r = subprocess.run(["make", "-j%d" % (os.cpu_count() or 1), "DEPS=no", self.arch], cwd=TOP,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           env={k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS")})
        return r.returncode, r.stdout

    def run(self, program, *args):
        return subprocess.run([*self.qemu, os.path.join(self.folder, program), *args], capture_output=True,
                              cwd=TOP, timeout=120, env=dict(os.environ, LANGUAGE="en"))

    def bin_dir(self, folder, native=()):
        """Scripts that start the programs under qemu; those of `native` are this machine's.
        The handheld's program looks for fieldvisit-link beside itself and finds a script."""
        real = os.path.join(folder, "real")
        os.makedirs(real)
        for program in PROGRAMS:
            if program in native:
                os.symlink(os.path.join(TOP, "build", program), os.path.join(folder, program))
                continue
            place = os.path.join(folder if program == "fieldvisit-link" else real, program)
            shutil.copy(os.path.join(self.folder, program), place)
            for script in [os.path.join(real if program == "fieldvisit-link" else folder, program)]:
                with open(os.open(script, os.O_WRONLY | os.O_CREAT, 0o755), "w") as f:
                    f.write('#!/bin/sh\nexec %s "%s" "$@"\n' % (" ".join(self.qemu), place))
        return folder
