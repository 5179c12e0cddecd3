import os
import requests

HOT_API_KEY = os.environ['HOT_API_KEY']
BASE_URL = 'https://api.hot.dev/v1'
headers = {
    'Authorization': f'Bearer {HOT_API_KEY}',
    'Content-Type': 'application/json'
}

# List projects
response = requests.get(f'{BASE_URL}/projects', headers=headers)
projects = response.json()['data']

# Publish an event
requests.post(
    f'{BASE_URL}/events',
    headers=headers,
    json={
        'event_type': 'user.signup',
        'event_data': {'user_id': '123', 'email': 'alice@example.com'}
    }
)
