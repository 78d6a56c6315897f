import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_fsx as fsx, Stack } from 'aws-cdk-lib';
import { lustreOnHost, machineSetup, SCRATCH_ON_HOST } from '../../lib/training/machine-setup';

/** The script runs here with its folders moved and its tools replaced by stand-ins that note what they were asked. */

const LUSTRE = { dnsName: 'fs-1.fsx.eu-west-1.amazonaws.com', mountName: 'abcdef' } as fsx.LustreFileSystem;

function setup(lustre: fsx.LustreFileSystem[] = []): string {
  const { 'Fn::Base64': text } = new Stack(new App()).resolve(machineSetup(lustre)) as { 'Fn::Base64': string };
  return text;
}

function script(text: string): string {
  return text.slice(text.indexOf('#!/bin/bash'), text.lastIndexOf('\n--=='));
}

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'machine-')); });
afterEach(() => { rmSync(folder, { recursive: true }); });

interface Machine {
  /** The lines of lsblk. */
  readonly disks?: readonly string[];
  readonly tools?: readonly string[];
  /** Tools that fail. */
  readonly broken?: readonly string[];
}

function start(text: string, { disks = [], tools = [], broken = [] }: Machine): string[] {
  const notes = join(folder, 'notes');
  const stub = (name: string, body: string) => {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/bash\n${body}\n`);
    chmodSync(file, 0o755);
  };
  ['mount', 'mkfs.xfs', 'shutdown', 'dnf', ...tools].forEach((name) =>
    stub(name, `echo "${name} $*" >> ${notes}; exit ${broken.includes(name) ? 1 : 0}`));
  stub('lsblk', disks.map((disk) => `echo '${disk}'`).join('\n'));
  const moved = script(text).replaceAll('/mnt/', `${folder}/mnt/`).replaceAll('/etc/ecs/', `${folder}/`);
  execFileSync('bash', ['-c', moved], { env: { PATH: `${folder}:${process.env.PATH}` }, stdio: 'pipe' });
  return existsSync(notes) ? readFileSync(notes, 'utf8').trim().split('\n').map((line) => line.replaceAll(folder, '')) : [];
}

const ROOT = '/dev/nvme0n1 Amazon Elastic Block Store';
const [FIRST, SECOND] = ['/dev/nvme1n1 Amazon EC2 NVMe Instance Storage', '/dev/nvme2n1 Amazon EC2 NVMe Instance Storage'];

test('is a MIME archive with one shell script, as Batch wants it', () => {
  const [version, type, empty, ...rest] = setup().split('\n');
  const [, boundary] = /^Content-Type: multipart\/mixed; boundary="(.*)"$/.exec(type)!;
  expect([version, empty]).toEqual(['MIME-Version: 1.0', '']);
  expect(rest.slice(0, 4)).toEqual([`--${boundary}`, 'Content-Type: text/x-shellscript; charset="us-ascii"', '', '#!/bin/bash']);
  expect(rest.slice(-2)).toEqual([`--${boundary}--`, '']);
  expect([...setup()].filter((character) => character.charCodeAt(0) > 127)).toEqual([]);
});

test('is a script that bash can read', () => {
  expect(() => execFileSync('bash', ['-n', '-c', script(setup([LUSTRE]))])).not.toThrow();
});

test('tells the agent to refuse privileged containers and to give a stopped one ninety seconds', () => {
  start(setup(), {});
  expect(readFileSync(join(folder, 'ecs.config'), 'utf8').trim().split('\n')).toEqual([
    'ECS_DISABLE_PRIVILEGED=true', 'ECS_AWSVPC_BLOCK_IMDS=true', 'ECS_ENABLE_SPOT_INSTANCE_DRAINING=true', 'ECS_CONTAINER_STOP_TIMEOUT=90s',
  ]);
});

describe('scratch is', () => {
  test.each<[string, Machine, string[]]>([
    ['a folder where there is no local disk', { disks: [ROOT] }, []],
    ['the disk where there is one', { disks: [ROOT, FIRST] }, [
      'mkfs.xfs -f /dev/nvme1n1', `mount -o noatime,nodev,nosuid /dev/nvme1n1 ${SCRATCH_ON_HOST}`,
    ]],
    ['an array of several', { disks: [ROOT, FIRST, SECOND], tools: ['mdadm'] }, [
      'mdadm --create /dev/md/scratch --force --run --level=0 --raid-devices=2 /dev/nvme1n1 /dev/nvme2n1',
      'mkfs.xfs -f /dev/md/scratch', `mount -o noatime,nodev,nosuid /dev/md/scratch ${SCRATCH_ON_HOST}`,
    ]],
    ['the first of several without mdadm', { disks: [FIRST, SECOND] }, [
      'mkfs.xfs -f /dev/nvme1n1', `mount -o noatime,nodev,nosuid /dev/nvme1n1 ${SCRATCH_ON_HOST}`,
    ]],
    ['a folder where the disk cannot be formatted', { disks: [FIRST], broken: ['mkfs.xfs'] }, ['mkfs.xfs -f /dev/nvme1n1']],
  ])('%s', (_, machine, expected) => {
    expect(start(setup(), machine)).toEqual(expected);
    expect(existsSync(join(folder, SCRATCH_ON_HOST))).toBe(true);
  });
});

describe('Lustre', () => {
  const mounting = `mount -t lustre -o noatime,flock,nodev,nosuid fs-1.fsx.eu-west-1.amazonaws.com@tcp:/abcdef ${lustreOnHost(0)}`;

  test.each<[string, Machine, string[]]>([
    ['is mounted', { tools: ['mount.lustre'] }, [mounting]],
    ['brings its client where it is missing', {}, ['dnf install -y lustre-client', mounting]],
    ['that cannot be mounted stops the machine: a job would write into the void', { tools: ['mount.lustre'], broken: ['mount'] }, [mounting, 'shutdown -h now']],
  ])('%s', (_, machine, expected) => {
    expect(start(setup([LUSTRE]), machine)).toEqual(expected);
  });
});
