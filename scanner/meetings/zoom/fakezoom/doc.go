// Package fakezoom plays Zoom: one account with its users, meetings and webinars, behind the token endpoint and the calls that read
// them, in the shapes of Zoom's Meetings API (OpenAPI 3.0 of 2025-06-30). Settings can be changed and meetings deleted as a host
// would, and faults can be ordered. It is for tests and for the demo, and serves no real meeting.
package fakezoom
