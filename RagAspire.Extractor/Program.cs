Console.WriteLine("extractor");
