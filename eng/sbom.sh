#!/usr/bin/env bash
# Writes what each deployed program consists of, as CycloneDX: artifacts/sbom/<program>.json. The programs have to be restored.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet tool restore >/dev/null
for program in RagAspire.Api RagAspire.Worker RagAspire.Web RagAspire.Extractor; do
  dotnet tool run dotnet-CycloneDX -- "$program/$program.csproj" --exclude-dev --disable-package-restore \
    --output artifacts/sbom --filename "$program.json" --output-format Json --set-name "$program" >/dev/null
done
wc -c artifacts/sbom/*.json
