/**
 * Abbreviations of time zones by region and present offset. The engine's own depend on its language data; these are
 * the usual English ones. Where none is usual the offset stands for it.
 */

const has = (names: string): ((city: string) => boolean) => {
  const list = names.split(' ');
  return (zone) => list.some((one) => zone.includes(one));
};

const CENTRAL = has(
  'Central Chicago Winnipeg Regina Menominee Knox Tell_City North_Dakota Matamoros Monterrey Mexico_City Merida Bahia_Banderas Rankin_Inlet Resolute',
);
const MOUNTAIN = has('Mountain Denver Boise Edmonton Yellowknife Cambridge_Bay Inuvik Ojinaga Chihuahua');
const PACIFIC = has('Pacific Los_Angeles Vancouver Tijuana Dawson Whitehorse');
const ALASKA = has('Alaska Anchorage Juneau Nome Sitka Yakutat Adak');
const ATLANTIC = has('Atlantic Halifax Bermuda Glace_Bay Moncton Thule');
const NEWFOUNDLAND = has('Newfoundland St_Johns');
const BRAZIL = has('Brazil Sao_Paulo Bahia Fortaleza Recife Belem Araguaina');
const ARGENTINA = has('Argentina Buenos_Aires Cordoba');
const EASTERN_EUROPE = has('Athens Bucharest Helsinki Kiev Kyiv Riga Sofia Tallinn Vilnius');
const WESTERN_EUROPE = has('Lisbon Azores Canary');
const BRITISH = has('London Dublin Belfast');

type Rule = readonly [when: ((zone: string) => boolean) | null, abbreviation: string];
/** In order; null: all others. */
type Rules = Readonly<Record<string, readonly Rule[]>>;

const AMERICA: Rules = {
  '-02:30': [[NEWFOUNDLAND, 'NDT']],
  '-03:30': [[NEWFOUNDLAND, 'NST']],
  '-03:00': [
    [ATLANTIC, 'ADT'],
    [BRAZIL, 'BRT'],
    [ARGENTINA, 'ART'],
  ],
  '-02:00': [[BRAZIL, 'BRST']],
  '-04:00': [
    [ATLANTIC, 'AST'],
    [null, 'EDT'],
  ],
  '-05:00': [
    [CENTRAL, 'CDT'],
    [null, 'EST'],
  ],
  '-06:00': [
    [MOUNTAIN, 'MDT'],
    [null, 'CST'],
  ],
  '-07:00': [
    [PACIFIC, 'PDT'],
    [null, 'MST'],
  ],
  '-08:00': [
    [ALASKA, 'AKDT'],
    [null, 'PST'],
  ],
  '-09:00': [[ALASKA, 'AKST']],
  '-10:00': [[null, 'HST']],
};

const REGIONS: readonly (readonly [prefix: RegExp, rules: Rules])[] = [
  [/^(?:UTC|Etc\/UTC|Etc\/GMT)$/, { '+00:00': [[null, 'UTC']] }],
  [/^(?:America|US)\//, AMERICA],
  [
    /^Europe\//,
    {
      '+00:00': [
        [WESTERN_EUROPE, 'WET'],
        [null, 'GMT'],
      ],
      '+01:00': [
        [WESTERN_EUROPE, 'WEST'],
        [BRITISH, 'BST'],
        [null, 'CET'],
      ],
      '+02:00': [
        [EASTERN_EUROPE, 'EET'],
        [null, 'CEST'],
      ],
      '+03:00': [
        [EASTERN_EUROPE, 'EEST'],
        [null, 'MSK'],
      ],
    },
  ],
  [
    /^Asia\//,
    {
      '+09:00': [
        [has('Seoul'), 'KST'],
        [null, 'JST'],
      ],
      '+08:00': [
        [has('Singapore'), 'SGT'],
        [has('Hong_Kong'), 'HKT'],
        [has('Manila'), 'PHT'],
        [has('Kuala_Lumpur Kuching'), 'MYT'],
        [null, 'CST'],
      ],
      '+07:00': [
        [has('Jakarta Pontianak'), 'WIB'],
        [null, 'ICT'],
      ],
      '+05:30': [[null, 'IST']],
      '+05:00': [[null, 'PKT']],
      '+04:00': [[null, 'GST']],
      '+03:30': [[null, 'IRST']],
      '+04:30': [[null, 'IRDT']],
    },
  ],
  [
    /^Australia\//,
    {
      '+11:00': [[null, 'AEDT']],
      '+10:00': [[null, 'AEST']],
      '+10:30': [[null, 'ACDT']],
      '+09:30': [[null, 'ACST']],
      '+08:00': [[has('Perth'), 'AWST']],
    },
  ],
  [
    /^Pacific\//,
    {
      '+13:00': [[has('Auckland Fiji'), 'NZDT']],
      '+12:00': [[has('Auckland'), 'NZST']],
      '-10:00': [[has('Honolulu'), 'HST']],
    },
  ],
  [
    /^Africa\//,
    {
      '+02:00': [
        [has('Johannesburg'), 'SAST'],
        [null, 'CAT'],
      ],
      '+03:00': [[null, 'EAT']],
      '+01:00': [[null, 'WAT']],
    },
  ],
];

export function abbreviation(zone: string, offset: string): string {
  const rules = REGIONS.find(([prefix]) => prefix.test(zone))?.[1];
  return rules?.[offset]?.find(([when]) => when === null || when(zone))?.[1] ?? offset;
}
