const eventSource = new EventSource('https://api.hot.dev/v1/env/subscribe', {
  headers: { 'Authorization': `Bearer ${HOT_API_KEY}` }
});

eventSource.addEventListener('run:stop', (e) => {
  const data = JSON.parse(e.data);
  console.log('Run stopped:', data.run_id);
});

eventSource.addEventListener('event:created', (e) => {
  const data = JSON.parse(e.data);
  console.log('Event created:', data.event_type);
});
