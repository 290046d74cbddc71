"""The Battery and the Grid & load screen: all of one kind, and its day."""
