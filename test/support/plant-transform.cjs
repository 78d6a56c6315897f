/**
 * ts-jest over sources of which one has a defect in it: `PLANTED` says which file, and what it holds instead. See planted.ts.
 */
const { createTransformer } = require('ts-jest').default;

exports.createTransformer = (options) => {
  const plain = createTransformer(options);
  const { path, contents } = JSON.parse(process.env.PLANTED);
  const text = (source, file) => file === path ? contents : source;
  return {
    process: (source, file, about) => plain.process(text(source, file), file, about),
    // what is kept of a defect must not be taken for the source
    getCacheKey: (source, file, about) => plain.getCacheKey(text(source, file), file, about),
  };
};
