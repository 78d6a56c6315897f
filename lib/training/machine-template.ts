import { aws_ec2 as ec2, aws_fsx as fsx, aws_kms as kms, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { machineSetup } from './machine-setup';

/** What the machines of a queue have in common. */
export interface MachineTemplateProps {
  readonly rootVolume: Size;
  /** Nothing: the key that AWS keeps for EBS in each account. */
  readonly volumeKey?: kms.IKeyRef;
  readonly securityGroup: ec2.ISecurityGroup;
  readonly efa: boolean;
  readonly lustre: readonly fsx.LustreFileSystem[];
}

/**
 * How a machine starts: metadata by IMDSv2 and one hop only, an encrypted root volume, local disks as scratch. It has no
 * image: Batch takes the newest of the type that the compute environment names.
 */
export function createMachineTemplate(scope: Construct, id: string, props: MachineTemplateProps): ec2.CfnLaunchTemplate {
  const { rootVolume, volumeKey, securityGroup, efa, lustre } = props;
  return new ec2.CfnLaunchTemplate(scope, id, {
    launchTemplateData: {
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1, instanceMetadataTags: 'disabled' },
      blockDeviceMappings: [{
        deviceName: '/dev/xvda', // the root of Amazon Linux 2023, images and containers on it
        ebs: {
          encrypted: true,
          kmsKeyId: volumeKey?.keyRef.keyArn,
          volumeType: 'gp3',
          volumeSize: rootVolume.toGibibytes(),
          deleteOnTermination: true,
        },
      }],
      monitoring: { enabled: true },
      networkInterfaces: efa ? [{
        deviceIndex: 0, interfaceType: 'efa', groups: [securityGroup.securityGroupId], associatePublicIpAddress: false, deleteOnTermination: true,
      }] : undefined,
      userData: machineSetup(lustre),
    },
  });
}
