import { Stack } from 'aws-cdk-lib';
import { BenchCase } from './bench-case';

export const trainingQueue: BenchCase = {
  name: 'training-queue',
  what: '`TrainingQueue` of spot CPUs, default props',
  many: 10,
  ours: (app, count, { network: { InterfaceEndpoint, MlNetwork }, training }) => {
    const { ECS, ECS_AGENT, ECS_TELEMETRY } = InterfaceEndpoint;
    const network = new MlNetwork(new Stack(app, 'Shared'), 'Network', {
      interfaceEndpoints: InterfaceEndpoint.defaultsAnd(ECS, ECS_AGENT, ECS_TELEMETRY),
    });
    for (let index = 0; index < count; index++) {
      new training.TrainingQueue(new Stack(app, `Queue${index}`), 'Queue', {
        kind: training.QueueKind.cpuSpot({ machines: [training.MachineFamily.C6I], maxVcpus: 16 }), network,
      });
    }
  },
};
