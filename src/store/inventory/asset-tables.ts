/** The imported assets. */
export interface AssetTables {
  assets: AssetRow
}

export interface AssetRow {
  asset_id: string
  asset_name: string
  asset_type: string
  ip_address: string | null
  mac_address: string | null
  os_name: string | null
  os_version: string | null
  owner: string | null
  location: string | null
  criticality: string
  business_unit: string | null
  environment: string | null
  is_active: number
  created_at: number
  updated_at: number
  body: string
}
