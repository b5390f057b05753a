import { teamTable } from './league'

/** The ten clubs: both sources write the whole name. */
export const KBO = teamTable([
  ['DOO', 'Doosan Bears', 'Doosan Bears'],
  ['HAN', 'Hanwha Eagles', 'Hanwha Eagles'],
  ['KIA', 'Kia Tigers', 'Kia Tigers'],
  ['KIW', 'Kiwoom Heroes', 'Kiwoom Heroes'],
  ['KTW', 'KT Wiz', 'KT Wiz'],
  ['LG', 'LG Twins', 'LG Twins'],
  ['LOT', 'Lotte Giants', 'Lotte Giants'],
  ['NCD', 'NC Dinos', 'NC Dinos'],
  ['SAM', 'Samsung Lions', 'Samsung Lions'],
  ['SSG', 'SSG Landers', 'SSG Landers'],
])
