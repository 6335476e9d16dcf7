"""A provider to practise on: it speaks as Aliyun and as a gateway do, checks signatures, and can be made to fail."""
