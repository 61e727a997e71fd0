#!/bin/sh
# Starts munge, slurmctld and slurmd, waits for the node, and runs a command: start-slurm COMMAND …
set -eu
mkdir -p /run/munge /var/spool/slurmctld /var/spool/slurmd
[ -f /etc/munge/munge.key ] || mungekey --create
chown -R munge: /run/munge /etc/munge /var/lib/munge /var/log/munge
setpriv --reuid=munge --regid=munge --clear-groups munged
slurmctld
slurmd
for _ in $(seq 100); do
    case $(sinfo --noheader --format %t 2>/dev/null) in idle*) ready=yes && break ;; esac
    sleep 0.2
done
if [ -z "${ready:-}" ]; then
    sinfo >&2 || true
    cat /var/log/slurmctld.log /var/log/slurmd.log >&2
    exit 1
fi
exec "$@"
