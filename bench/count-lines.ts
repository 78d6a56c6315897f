/**
 * The lines between `// begin` and `// end` that somebody has to write: neither blank nor nothing but a comment. Imports
 * are outside of the marks: an editor writes them.
 */
export function linesBetweenMarks(source: string): number {
  const lines = source.split('\n').map((line) => line.trim());
  const [begin, end] = [lines.indexOf('// begin'), lines.lastIndexOf('// end')];
  if (begin < 0 || end < begin) {
    throw new Error('what is counted must stand between // begin and // end');
  }
  return lines.slice(begin + 1, end).filter((line) => line !== '' && !/^(\/\/|\/?\*)/.test(line)).length;
}
