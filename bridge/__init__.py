"""The bridge between partner stores and JafarShop's Shopify store."""
