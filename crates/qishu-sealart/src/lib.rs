//! Draws seal pictures as vectors, by the geometry of the Open API documentation
