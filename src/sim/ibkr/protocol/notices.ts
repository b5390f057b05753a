/** What a gateway says with a code of its own (§8); others come without words unless the scenario has some. */
const TEXTS: Readonly<Record<number, string>> = {
  326: 'Unable to connect as the client id is already in use. Retry with a unique client id.',
  1100: 'Connectivity between IBKR and Trader Workstation has been lost.',
  1101: 'Connectivity between IBKR and Trader Workstation has been restored - data lost.',
  1102: 'Connectivity between IBKR and Trader Workstation has been restored - data maintained. All data farms are connected: usfuture; ushmds; secdefil.',
  1300: 'TWS socket port has been reset and this connection is being dropped. Please reconnect on the new port.',
  2103: 'Market data farm connection is broken:usfuture',
  2104: 'Market data farm connection is OK:usfuture',
  2105: 'HMDS data farm connection is broken:ushmds',
  2106: 'HMDS data farm connection is OK:ushmds',
  2107: 'HMDS data farm connection is inactive but should be available upon demand.ushmds',
  2108: 'Market data farm connection is inactive but should be available upon demand.usfuture',
  2110: 'Connectivity between Trader Workstation and server is broken. It will be restored automatically.',
  2119: 'Market data farm is connecting:usfuture',
  2157: 'Sec-def data farm connection is broken:secdefil',
  2158: 'Sec-def data farm connection is OK:secdefil',
}

export const noticeText = (code: number): string => TEXTS[code] ?? ''
