curl https://api.hot.dev/v1/projects \
  -H "Authorization: Bearer <token>"
