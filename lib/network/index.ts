export * from './brought-vpc';
export * from './interface-endpoint';
export * from './ml-network';
export * from './ml-network-egress';
export * from './ml-network-props';
