#!/bin/sh
# Lists what is in the image, as CycloneDX: `make sbom` runs this in the stage `sbom`.
# The version of the whole is the hash of the lock, which every run's manifest has as inputs.lock.
set -eu
mkdir -p reports
lock=$(sha256sum requirements/runtime.lock)
# No question to its makers whether there is a newer one; the mounts and the tool itself are not listed.
export SYFT_CHECK_FOR_APP_UPDATE=false SYFT_CACHE_DIR=/tmp/syft
cd /
/opt/sbom/bin/syft scan dir:/ --quiet --override-default-catalogers image \
    --exclude ./project --exclude ./opt/sbom --exclude ./proc --exclude ./sys --exclude ./tmp \
    --source-name ml-project --source-version "sha256:${lock%% *}" \
    --output cyclonedx-json=/project/reports/sbom.json.new
cd /project
mv reports/sbom.json.new reports/sbom.json
python -c '
import collections, json
parts = json.load(open("reports/sbom.json"))["components"]
kinds = collections.Counter(p["purl"].split(":")[1].split("/")[0] for p in parts if "purl" in p)
print("reports/sbom.json lists", ", ".join(f"{kinds[k]} {k}" for k in sorted(kinds)), "packages")'
