"""matter"""
