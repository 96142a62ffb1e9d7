"""A Shopify store on localhost that a real client could not tell from Shopify in what we use of
it.
"""
