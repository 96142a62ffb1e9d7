// As much of axios as the guide's sample uses, on Node's own fetch: the sample runs as it is printed,
// over real HTTP, on a machine without npm packages.
exports.post = async (url, data, { headers }) => {
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(data) });
  const text = await response.text();
  const answer = { status: response.status, data: text ? JSON.parse(text) : '' };
  if (response.ok) return answer;
  throw Object.assign(new Error(`Request failed with status code ${response.status}`), { response: answer });
};
