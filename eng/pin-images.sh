#!/usr/bin/env bash
# Pins the images of deploy/, of the AppHost and below the product's own: resolves each tag to the digest that its registry has
# now, and rewrites the files.
# With --check nothing is changed, and a digest that differs or is missing is an error. Needs docker with buildx, and the network.
set -euo pipefail
cd "$(dirname "$0")/.."

check=false
case "${1:-}" in
  '') ;;
  --check) check=true ;;
  *) echo "Usage: $0 [--check]" >&2; exit 2 ;;
esac

files=(deploy/compose/compose.yaml deploy/swarm/stack.yaml deploy/images/*.Dockerfile RagAspire.AppHost/ContainerImages.cs eng/Container.targets)

# Not the images of the product, nor one whose tag is a variable: both are chosen where they are built.
before='(image: |FROM |= "|^ +"|PinnedBaseImage[^>]*>)'
digest='@sha256:[0-9a-f]{64}'
references=$(grep -hoE "$before[a-z0-9][a-z0-9./_-]*:[A-Za-z0-9][A-Za-z0-9._-]*" "${files[@]}" | sed -E "s/$before//" | sort -u)
[[ -n $references ]] || { echo 'No image was found.' >&2; exit 1; }

fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
failed=false
for reference in $references; do
  resolved=$(docker buildx imagetools inspect "$reference" --format '{{.Manifest.Digest}}')
  [[ $resolved =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "$reference has no digest: $resolved" >&2; exit 1; }
  for file in "${files[@]}"; do
    sed -E "s#$before${reference//./\\.}($digest)?(\"|<|\$)#\1$reference@$resolved\3#" "$file" > "$fresh"
    if cmp -s "$fresh" "$file"; then
      continue
    elif $check; then
      echo "$file: $reference is not pinned to $resolved" >&2
      failed=true
    else
      cat "$fresh" > "$file"
      echo "$file: $reference@$resolved"
    fi
  done
done
! $failed
