import { attachment } from './attachment';

describe('the disposition of a download', () => {
  it.each([
    ['march.csv', 'attachment; filename="march.csv"'],
    ['a "b" \\c.txt', 'attachment; filename="a \\"b\\" \\\\c.txt"'],
    ['märz 🌊.csv', `attachment; filename="m_rz _.csv"; filename*=UTF-8''m%C3%A4rz%20%F0%9F%8C%8A.csv`],
    ["a\r\nX: 'y'", `attachment; filename="a__X: 'y'"; filename*=UTF-8''a%0D%0AX%3A%20%27y%27`],
  ])('of %j is %s', (name, header) => {
    expect(attachment(name)).toBe(header);
  });
});
