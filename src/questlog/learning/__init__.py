"""Courses, lessons, quizzes, reviews and reflections."""
