/** Whether a path of a request ends like a login page or a token service: `/wp-login.php`, `/api/v1/auth/login`, `/users/sign_in`, `/v1/accounts:login`. */
export const isLoginPath = (path: string): boolean => {
  const end = path.indexOf('?')
  return pattern.test((end < 0 ? path : path.slice(0, end)).slice(-120))
}

const pattern =
  /\/(?:wp-login\.php|adminer(?:-[\d.]+)?\.php|xmlrpc\.php|(?:[\w.-]*[_-])?(?:login|logon|signin|sign[_-]in|authenticate|authentication)(?:\.\w{2,5})?|[\w.-]{1,64}:(?:authenticate|login|signin\w{0,20})|login\/index\.php|login[_-]?(?:check|post)|auth|oauth2?\/token|token|sessions?|j_(?:spring_|acegi_)?security_check)\/?$/i
