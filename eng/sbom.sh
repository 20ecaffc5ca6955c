#!/usr/bin/env bash
# Writes what each deployed program consists of, as CycloneDX: artifacts/sbom/<program>.json. The worker's has the extractor's too.
# An image has the same as /app/sbom.json. The programs have to be restored.
set -euo pipefail
cd "$(dirname "$0")/.."
for program in RagAspire.Api RagAspire.Worker RagAspire.Web; do
  dotnet msbuild "$program" -t:WriteSbom -p:SbomDirectory="$PWD/artifacts/sbom" -p:SbomFile="$program.json" -v:quiet -nologo
done
wc -c artifacts/sbom/*.json
