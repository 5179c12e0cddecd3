const HOT_API_KEY = process.env.HOT_API_KEY;
const BASE_URL = 'https://api.hot.dev/v1';

// List projects
const response = await fetch(`${BASE_URL}/projects`, {
  headers: { 'Authorization': `Bearer ${HOT_API_KEY}` }
});
const { data: projects } = await response.json();

// Publish an event
await fetch(`${BASE_URL}/events`, {
  method: 'POST',
  headers: {
    'Authorization': `Bearer ${HOT_API_KEY}`,
    'Content-Type': 'application/json'
  },
  body: JSON.stringify({
    event_type: 'user.signup',
    event_data: { user_id: '123', email: 'alice@example.com' }
  })
});
