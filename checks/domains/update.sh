#!/bin/sh
# Writes free.txt and disposable.txt anew from the packages they come from, and
# SOURCES.md beside them. Needs npm, pip and python3:
#
#   sh checks/domains/update.sh [VERSION of free-email-domains] [VERSION of disposable-email-domains]
#
# Without versions it takes the newest. The same versions give the same bytes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent "free-email-domains${1:+@$1}" >/dev/null
tar xzf free-email-domains-*.tgz
pip download --quiet --disable-pip-version-check --no-deps "disposable-email-domains${2:+==$2}"
python3 -m zipfile -e disposable_email_domains-*.whl wheel
install -m 644 package/LICENSE.md "$here/free.LICENSE"
install -m 644 wheel/disposable_email_domains-*.dist-info/licenses/LICENSE.txt "$here/disposable.LICENSE"
PYTHONPATH=wheel HERE="$here" python3 - <<'PYTHON'
import glob, json, os, re

here = os.environ["HERE"]

def write(name, domains):
    kept = sorted(set(d.strip().lower() for d in domains))
    assert len(kept) > 3000 and all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", d) for d in kept), name
    with open(os.path.join(here, name), "w") as f:
        f.write("\n".join(kept) + "\n")
    return len(kept)

import disposable_email_domains

free = write("free.txt", json.load(open("package/domains.json")))
disposable = write("disposable.txt", disposable_email_domains.blocklist)
npm = json.load(open("package/package.json"))["version"]
pypi = re.search(r"domains-([0-9.]+)\.dist-info", glob.glob("wheel/*.dist-info")[0]).group(1)
with open(os.path.join(here, "SOURCES.md"), "w") as f:
    f.write(f"""<!-- Written by update.sh. -->

| File | From | Version | Domains | License |
|---|---|---|---|---|
| free.txt | npm [free-email-domains](https://www.npmjs.com/package/free-email-domains) | {npm} | {free} | MIT, free.LICENSE |
| disposable.txt | PyPI [disposable-email-domains](https://pypi.org/project/disposable-email-domains/) | {pypi} | {disposable} | MIT, disposable.LICENSE |

The list of free-mail domains holds many disposable ones too; those that both name count as disposable.
Mistakes in a list are mended where it comes from; `sh checks/domains/update.sh` takes the newest.
""")
PYTHON
