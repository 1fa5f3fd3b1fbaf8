import { z } from 'zod'

/** The tables of a Log Monitor in portable SQL. `key` is the type of an auto-incremented id. */
export const logEntriesSchema = (key: string): readonly string[] => [
  'create table devices (id integer primary key, name varchar(100) not null, ip_address varchar(45) not null unique)',
  `create table log_entries (id ${key}, device_id integer, device_ip varchar(45), timestamp timestamp not null, log_level varchar(20),
    process_name varchar(100), message text, raw_message text, structured_data text)`,
  "insert into devices (id, name, ip_address) values (7, 'router', '192.0.2.1')",
]

/** Returns the original message in the record of a row. */
export const messageIn = (text: string): string =>
  z.looseObject({ message: z.string() }).parse(JSON.parse(text)).message
