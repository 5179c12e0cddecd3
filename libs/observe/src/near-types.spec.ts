import { nearTypes } from './near-types';

const known = ['user:created', 'user:deleted', 'order:created', 'payment'].map((type) => ({ type }));
const near = (type: string): string[] => nearTypes(type, known).map((item) => item.type);

describe('nearTypes', () => {
  it('finds what differs by spelling', () => {
    expect(near('user.created')).toEqual(['user:created']);
    expect(near('User_Creatd')).toEqual(['user:created']);
    expect(near('paymnet')).toEqual(['payment']);
  });

  it('does not guess at what is something else, nor repeats the name itself', () => {
    expect(near('invoice:sent')).toEqual([]);
    expect(near('payment')).toEqual([]);
    expect(near('x')).toEqual([]);
  });
});
