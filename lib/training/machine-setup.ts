import { aws_fsx as fsx, Fn } from 'aws-cdk-lib';

/** Where a machine offers its local disks, or a folder of its root volume where it has none, to jobs that ask for it. */
export const SCRATCH_ON_HOST = '/mnt/scratch';
/** Between SIGTERM and SIGKILL when a container is stopped: most of the two minutes that a spot machine has left. */
const STOP_SECONDS = 90;
const BOUNDARY = '==MLPLATFORM==';

/** Where a machine mounts a Lustre file system. */
export function lustreOnHost(index: number): string {
  return `/mnt/lustre/${index}`;
}

/**
 * What a machine does when it starts, before it joins its cluster. Batch wants the MIME multi-part form.
 *
 * If a file system cannot be mounted the machine stops: a job on it would write to a folder that is gone with the machine.
 *
 * @see https://docs.aws.amazon.com/batch/latest/userguide/launch-templates.html
 */
export function machineSetup(lustre: readonly fsx.LustreFileSystem[]): string {
  const lines = [
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`,
    '',
    `--${BOUNDARY}`,
    'Content-Type: text/x-shellscript; charset="us-ascii"',
    '',
    '#!/bin/bash',
    ...AGENT,
    ...SCRATCH,
    ...lustre.flatMap(mount),
    '',
    `--${BOUNDARY}--`,
    '',
  ];
  return Fn.base64(lines.join('\n'));
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html */
const AGENT = [
  'cat >> /etc/ecs/ecs.config <<\'CONFIG\'',
  'ECS_DISABLE_PRIVILEGED=true',
  'ECS_AWSVPC_BLOCK_IMDS=true',
  'ECS_ENABLE_SPOT_INSTANCE_DRAINING=true',
  `ECS_CONTAINER_STOP_TIMEOUT=${STOP_SECONDS}s`,
  'CONFIG',
];

/** One array over all local disks if the image has mdadm, else the first of them; nothing here keeps a machine from starting. */
const SCRATCH = [
  `mkdir -p ${SCRATCH_ON_HOST}`,
  'disks=$(lsblk -dnpo NAME,MODEL | awk \'/Instance Storage/ {print $1}\')',
  'count=$(echo "$disks" | grep -c . || true)',
  'disk=$(echo "$disks" | head -n 1)',
  'if [ "$count" -gt 1 ] && command -v mdadm > /dev/null; then',
  '  mdadm --create /dev/md/scratch --force --run --level=0 --raid-devices="$count" $disks && disk=/dev/md/scratch',
  'fi',
  `if [ -n "$disk" ]; then mkfs.xfs -f "$disk" && mount -o noatime,nodev,nosuid "$disk" ${SCRATCH_ON_HOST}; fi`,
  `chmod 1777 ${SCRATCH_ON_HOST}`,
];

function mount({ dnsName, mountName }: fsx.LustreFileSystem, index: number): string[] {
  const folder = lustreOnHost(index);
  return [
    `mkdir -p ${folder}`,
    'command -v mount.lustre > /dev/null || dnf install -y lustre-client',
    `mount -t lustre -o noatime,flock,nodev,nosuid ${dnsName}@tcp:/${mountName} ${folder} || shutdown -h now`,
  ];
}
