import { describe, expect, it } from 'vitest'
import { parseRecord } from '../parse-record.ts'

const read = (record: object | string) => {
  const text = typeof record === 'string' ? record : JSON.stringify(record)
  const { fields } = parseRecord({ text, source: 's', receivedAt: Date.parse('2026-11-22T00:00:00Z') })
  const { 'source.geo.city_name': city, 'source.geo.country_iso_code': country, 'source.geo.location': point } = fields
  return { category: fields['event.category'], country, city, point, fields }
}

const when = '2026-11-20T10:01:00Z'
const login = { time: when, msg: 'User kim logged in from 203.0.113.9', user: 'kim', ip: '203.0.113.9' }
const entra = {
  ...{ createdDateTime: when, userPrincipalName: 'kim@example.org', ipAddress: '203.0.113.9', appDisplayName: 'Teams' },
  ...{ authenticationRequirement: 'singleFactorAuthentication', status: { errorCode: 0 } },
  location: {
    city: 'Berlin',
    state: 'Berlin',
    countryOrRegion: 'DE',
    geoCoordinates: { altitude: null, latitude: 52.52, longitude: -13.4 },
  },
}
const okta = {
  actor: { id: 'a', type: 'User', alternateId: 'kim@example.org' },
  client: {
    ipAddress: '203.0.113.9',
    geographicalContext: { city: 'Berlin', country: 'Germany', geolocation: { lat: 52.52, lon: -13.4 } },
  },
  ...{ displayMessage: 'User login to Okta', eventType: 'user.session.start', published: when },
  outcome: { result: 'SUCCESS' },
  request: { ipChain: [{ ip: '198.51.100.7', geographicalContext: { city: 'Paris', country: 'France' } }] },
}
const duo = {
  ...{ event_type: 'authentication', isotimestamp: when, user: { name: 'kim' }, result: 'success' },
  access_device: { ip: '203.0.113.9', location: { city: 'Berlin', country: 'Germany', state: 'Berlin' } },
  auth_device: { ip: '198.51.100.7', location: { city: 'Paris', country: 'France' } },
}
const google = {
  id: { time: when, applicationName: 'login' },
  ...{ actor: { email: 'kim@example.org' }, ipAddress: '203.0.113.9' },
  networkInfo: { ipAsn: [3320], regionCode: 'DE', subdivisionCode: 'DE-BE' },
  events: [{ type: 'login', name: 'login_success' }],
}
const auth0 = {
  ...{ date: when, type: 's', client_id: 'c1', ip: '203.0.113.9', user_name: 'kim', log_id: '9002' },
  location_info: {
    ...{ country_code: 'DE', country_code3: 'DEU', country_name: 'Germany', city_name: 'Berlin' },
    ...{ latitude: '52.52', longitude: '-13.4', continent_code: 'EU' },
  },
}
const salesforce = {
  ...{ EventDate: when, Username: 'kim', SourceIp: '203.0.113.9', Status: 'Success', Type: 'LoginEvent' },
  ...{ CountryIso: 'DE', Country: 'Germany', City: 'Berlin', LoginLatitude: 52.52, LoginLongitude: -13.4 },
}
const hunting = {
  ...{ Timestamp: when, Application: 'Office', AccountUpn: 'kim@example.org', ErrorCode: 0, IPAddress: '203.0.113.9' },
  ...{ EndpointCall: 'OAuth2:Authorize', AuthenticationRequirement: 'singleFactorAuthentication' },
  ...{ Country: 'DE', City: 'Berlin', Latitude: '52.52', Longitude: '-13.4' },
}
const asim = {
  ...{ TimeGenerated: when, EventType: 'Logon', EventResult: 'Success', TargetUsername: 'kim' },
  ...{ SrcIpAddr: '203.0.113.9', SrcGeoCountry: 'Germany', SrcGeoCity: 'Berlin', DstGeoCountry: 'France' },
  ...{ SrcGeoLatitude: 52.52, SrcGeoLongitude: -13.4 },
}
const ecs = {
  ...{ '@timestamp': when, event: { category: ['authentication'], outcome: 'success' }, user: { name: 'kim' } },
  destination: { ip: '198.51.100.7', geo: { country_iso_code: 'FR', city_name: 'Paris' } },
}
const geo = { country_iso_code: 'DE', city_name: 'Berlin', location: { lat: 52.52, lon: -13.4 } }

describe('the place of a login', () => {
  it.each<[product: string, record: object]>([
    ['Microsoft Entra', entra],
    ['Microsoft Entra, in an export', { time: when, category: 'SignInLogs', location: 'DE', properties: entra }],
    ['Microsoft Entra, in advanced hunting', hunting],
    ['Okta', okta],
    ['Auth0', auth0],
    ['Salesforce, in real time', salesforce],
    ['ASIM', asim],
    ['ECS', { ...ecs, source: { ip: '203.0.113.9', geo } }],
    ['ECS, of a client', { ...ecs, client: { ip: '203.0.113.9', geo } }],
  ])('is the country, the city and the point that the record of a product says: %s', (_, record) => {
    const { category, country, city, point } = read(record)
    expect([category].flat()).toEqual(['authentication'])
    expect([country, city, point]).toEqual(['DE', 'Berlin', '52.52,-13.4'])
  })

  it.each<[product: string, record: object | string]>([
    ['Duo, of the browser and not of the phone', duo],
    ['Google Workspace', google],
    ['Microsoft Entra, in Log Analytics', { ...hunting, Country: undefined, Location: 'DE' }],
    [
      'Microsoft Entra, in a download',
      {
        ...{ 'Date (UTC)': when, Username: 'kim', 'IP address': '203.0.113.9', Location: 'Berlin, Berlin, DE' },
        ...{ Application: 'Teams', Status: 'Success', 'Authentication requirement': 'Single-factor authentication' },
      },
    ],
    [
      'Cloudflare Access',
      { action: 'login', allowed: true, created_at: when, ip_address: '203.0.113.9', user_email: 'kim', country: 'de' },
    ],
    [
      'GitHub',
      {
        ...{ '@timestamp': when, action: 'user.login', actor: 'kim', actor_ip: '203.0.113.9' },
        actor_location: { country_code: 'DE' },
      },
    ],
    [
      'FortiGate',
      'date=2026-11-20 time=10:01:00 devname="fw-1" devid="FG1" tz="+0000" logid="0101039424" type="event" subtype="vpn" level="information" logdesc="SSL VPN tunnel up" action="tunnel-up" remip=203.0.113.9 srccountry="Germany" user="kim" reason="login successfully" msg="SSL tunnel established"',
    ],
    [
      'GlobalProtect',
      '1,2026/11/20 10:01:00,007051000012345,GLOBALPROTECT,0,2049,2026/11/20 10:01:00,vsys1,gateway-auth,login,LDAP,,kim,DE,nb,203.0.113.9,0.0.0.0,0.0.0.0,0.0.0.0,1a2b,,6.1.0,Windows,"Windows 11",1,,,,success,,0',
    ],
    [
      'FortiGate, in CEF',
      'CEF:0|Fortinet|Fortigate|v7.4.1|39424|event:vpn tunnel-up|2|rt=1795168860000 src=203.0.113.9 duser=kim act=tunnel-up FTNTFGTsrccountry=Germany reason=login successfully msg=SSL tunnel established',
    ],
    [
      'a sender of LEEF',
      'LEEF:2.0|Netskope|x|1|login|src=203.0.113.9\tusrName=kim\tsrcCountry=DE\taction=Login Successful',
    ],
    ['an application, of the address and not of the user', { ...login, geo: { country: 'Germany' }, country: 'FR' }],
  ])('is the country that the record of a product says: %s', (_, record) => {
    const { category, country } = read(record)
    expect([category].flat()).toContain('authentication')
    expect(country).toBe('DE')
  })

  it('leaves the fields of the record for the rules that know the place by them', () =>
    expect(read(entra).fields).toMatchObject({ 'location.countryOrRegion': 'DE', 'location.city': 'Berlin' }))

  it.each<[of: string, record: object]>([
    ['the profile of the user', { ...login, user: { name: 'kim', country: 'FR' }, actor: { country: 'FR' } }],
    ['the server', { ...ecs, source: { ip: '203.0.113.9' } }],
    ['the machine that writes it', { ...login, host: { name: 'web-1', geo: { country_iso_code: 'FR' } } }],
    ['an address without a place', { ...login, src_country: 'Reserved', latitude: 0, longitude: 0 }],
    ['a cloud', { ...login, region: 'eu-west-1', cloud: { region: 'DE' } }],
    ['no login', { ...login, msg: 'GET /', geo: { country: 'Germany' } }],
    ['a name without end', { ...login, [`${'data.ip.'.repeat(50)}country`]: 'DE' }],
  ])('is not that of %s', (_, record) => {
    const { country, city, point } = read(record)
    expect([country, city, point]).toEqual([undefined, undefined, undefined])
  })
})
