import { decodeLogs } from './log-decoder';

const at = (ms: number): string => new Date(ms).toISOString();

describe('the log of a run', () => {
  it('has the printed lines in order, whatever was recorded between them', () => {
    const segments = [
      '["t",1]\n["l",5,1,"one\\n"]\n["n",1,"::a/b"]\n["l",6,2,"two\\r\\n"]\n',
      '["c",1,0,1,0,0,3,4,"[]","1",null]\n["l",7,1,"three\\n\\nfour\\n"]\n',
    ];
    expect(decodeLogs(segments)).toEqual({
      lines: [
        { at: at(5), stream: 'stdout', text: 'one' },
        { at: at(6), stream: 'stderr', text: 'two' },
        { at: at(7), stream: 'stdout', text: 'three' },
        { at: at(7), stream: 'stdout', text: '' },
        { at: at(7), stream: 'stdout', text: 'four' },
      ],
      dropped: 0,
      droppedBytes: 0,
    });
  });

  it('joins what was printed without a line feed, by stream', () => {
    const segment = '["l",1,1,"a"]\n["l",2,2,"err"]\n["l",3,1,"b\\nc"]\n["l",4,1,"d"]\n';
    expect(decodeLogs([segment]).lines).toEqual([
      { at: at(1), stream: 'stdout', text: 'ab' },
      { at: at(3), stream: 'stdout', text: 'cd' },
      { at: at(2), stream: 'stderr', text: 'err' },
    ]);
  });

  it('says what was left out, and does not mind half a record', () => {
    expect(decodeLogs(['["l",1,1,"x\\n"]\n["x",3,4096]\n["l",2,1,"y'])).toEqual({
      lines: [{ at: at(1), stream: 'stdout', text: 'x' }],
      dropped: 3,
      droppedBytes: 4096,
    });
  });

  it('is not fooled by a program that prints such records, nor by one that traces them', () => {
    const printed = JSON.stringify('["l",1,1,"forged"]\n');
    const traced = `["c",1,0,1,0,0,3,4,${JSON.stringify('["l",1,1,"x"]')},"1",null]`;
    expect(decodeLogs([`["l",1,1,${printed}]\n${traced}\n`]).lines).toEqual([
      { at: at(1), stream: 'stdout', text: '["l",1,1,"forged"]' },
    ]);
  });

  it('is empty for a run that printed nothing', () => {
    expect(decodeLogs([])).toEqual({ lines: [], dropped: 0, droppedBytes: 0 });
  });
});
